using System.Net.Sockets;
using CloudKick.Testing;

namespace CloudKick.Tas.Tests;

[CancelAfter(20_000)]
internal sealed class TasLimitsTests : TasFixture
{
    [Test]
    public async Task Terminal_without_room_is_closed_before_the_gate_spends_its_kick(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken, Options with { MaximumSessions = 1 });
        using var first = await RawTerminal.ArriveAsync(server.Port, "NL000001", null, cancellationToken);
        await Eventually.HoldsAsync(() => server.Sessions.Count == 1, cancellationToken);

        using var second = await RawTerminal.ArriveAsync(server.Port, "NL000002", null, cancellationToken);
        await second.WaitForCloseAsync(cancellationToken);

        Assert.That(Gate.Asked.Select(arrival => arrival.TerminalId), Is.EqualTo((string[])["NL000001"]));
        Assert.That(server.Sessions.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task Full_house_still_lets_a_terminal_replace_its_own_session(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken, Options with { MaximumSessions = 1 });
        using var older = await RawTerminal.ArriveAsync(server.Port, "NL000001", "kck_01", cancellationToken);
        await Eventually.HoldsAsync(() => server.Sessions.Count == 1, cancellationToken);

        using var newer = await RawTerminal.ArriveAsync(server.Port, "NL000001", "kck_02", cancellationToken);

        Assert.That((await Gate.NextEndAsync(cancellationToken)).Reason, Is.EqualTo(TasCloseReason.Replaced));
        Assert.That(server.Sessions.Snapshot().Single().KickId, Is.EqualTo("kck_02"));
    }

    [Test]
    public async Task Room_is_given_back_when_a_session_ends_or_is_refused(CancellationToken cancellationToken)
    {
        Gate.Decide = (arrival, _) => arrival.KickId switch
        {
            "refuse" => ValueTask.FromResult(TasAdmission.Refused(TasRefusal.NoOpenKick)),
            "fail" => throw new InvalidOperationException("no database"),
            _ => ValueTask.FromResult(TasAdmission.Admitted),
        };
        var server = await StartAsync(cancellationToken, Options with { MaximumSessions = 1 });
        foreach (var kickId in (string[])["refuse", "fail"])
        {
            using var turnedAway = await RawTerminal.ArriveAsync(server.Port, "NL000001", kickId, cancellationToken);
            await turnedAway.WaitForCloseAsync(cancellationToken);
        }

        for (var round = 0; round < 3; round++)
        {
            using (await RawTerminal.ArriveAsync(server.Port, $"NL00000{round}", null, cancellationToken))
                await Eventually.HoldsAsync(() => server.Sessions.Count == 1, cancellationToken);
            await Eventually.HoldsAsync(() => server.Sessions.Count == 0, cancellationToken);
        }
    }

    [TestCase(2, 100)]
    [TestCase(100, 2)]
    public async Task Connections_that_are_not_admitted_yet_are_bounded(int perAddress, int inAll, CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken, Options with { MaximumPendingPerAddress = perAddress, MaximumPending = inAll });
        using var first = await RawTerminal.ConnectAsync(server.Port, cancellationToken);
        using var second = await RawTerminal.ConnectAsync(server.Port, cancellationToken);
        await first.ReceiveAsync(cancellationToken);
        await second.ReceiveAsync(cancellationToken);

        Assert.That(await IsAskedAsync(server.Port, cancellationToken), Is.False);

        // The places come back.
        first.Dispose();
        await Eventually.BecomesAsync(() => IsAskedAsync(server.Port, cancellationToken), true, cancellationToken);
    }

    [Test]
    public async Task Admitted_terminals_do_not_count_as_pending(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken, Options with { MaximumPendingPerAddress = 1 });
        var terminals = new List<RawTerminal>();

        for (var n = 1; n <= 5; n++)
        {
            terminals.Add(await RawTerminal.ArriveAsync(server.Port, $"NL00000{n}", null, cancellationToken));
            var count = n;
            await Eventually.HoldsAsync(() => server.Sessions.Count == count, cancellationToken);
        }

        terminals.ForEach(terminal => terminal.Dispose());
    }

    /// <summary>Whether a new connection is asked for its status; one that is turned away may be reset as early as in its connect.</summary>
    private static async Task<bool> IsAskedAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var terminal = await RawTerminal.ConnectAsync(port, cancellationToken);
            await terminal.ReceiveAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
