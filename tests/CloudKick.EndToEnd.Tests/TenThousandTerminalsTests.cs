using System.Diagnostics;
using CloudKick.Relay.Security;
using CloudKick.Terminal;
using Dapper;

namespace CloudKick.EndToEnd.Tests;

/// <summary>A chain's worth of terminals on one machine.</summary>
[CancelAfter(600_000)]
[NonParallelizable]
internal sealed class TenThousandTerminalsTests
{
    private const int Terminals = 10_000;
    private const int Kicked = 200;

    [Test]
    public async Task Ten_thousand_terminals_stay_connected_and_any_of_them_can_be_kicked(CancellationToken cancellationToken)
    {
        await using var stage = await KickStage.StartAsync(new Dictionary<string, string?> { ["CloudKick:Mqtt:MessagesPerSecond"] = "0" }, cancellationToken: cancellationToken);
        var ids = Enumerable.Range(1, Terminals).Select(i => $"TT{i:D6}").ToArray();
        await using (var connection = await stage.Database.Owner.OpenConnectionAsync(cancellationToken))
        {
            await connection.ExecuteAsync(
                """
                insert into terminals (terminal_id, merchant_id, management_system_id, thing_name) select t, @merchant, 'GrundmasterNL', t from unnest(@ids) t;
                insert into whitelist_entries (merchant_id, terminal_id) select @merchant, t from unnest(@ids) t
                """,
                new { merchant = stage.Merchant.Value, ids });
        }
        // One certificate for all would be no fleet: each terminal has its own, as in the field.
        await using var fleet = new TerminalFleet(ids.Select(id => new TerminalOptions { TerminalId = id, Mqtt = Devices.Endpoint(stage.Cloud, id), Observer = stage.History.Add }));
        var watch = Stopwatch.StartNew();

        Assert.That(await fleet.StartAsync(null, cancellationToken), Is.Empty);
        TestContext.Progress.WriteLine($"{Terminals} terminals connected in {watch.Elapsed.TotalSeconds:F0} s; {Process.GetCurrentProcess().WorkingSet64 / 1_000_000} MB for all of them, LocalCloud and the relay");
        var random = new Random(20261121);
        random.Shuffle(ids);
        var states = new List<string>();
        foreach (var chunk in ids.Take(Kicked).Chunk(20))
        {
            var kicks = await Task.WhenAll(chunk.Select(id => stage.PostAsync(KickStage.Kick(id), wait: 25, cancellationToken: cancellationToken)));
            states.AddRange(kicks.Select(kick => (string?)kick.Body["state"] ?? kick.Body.ToJsonString()));
        }

        Assert.That(states, Is.All.EqualTo("connected"));
        Assert.That(fleet.ConnectedCount, Is.EqualTo(Terminals));
    }
}
