using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Tas.Tests;

[CancelAfter(20_000)]
internal sealed class TasServerTests : TasFixture
{
    [Test]
    public async Task Stop_closes_every_session_and_tells_the_gate_before_it_returns(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider();
        var server = await StartAsync(cancellationToken, timeProvider: clock);
        var terminals = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => RawTerminal.ArriveAsync(server.Port, $"NL{n}", null, cancellationToken)));
        await Eventually.HoldsAsync(() => server.Sessions.Count == 10, cancellationToken);
        using var pending = await RawTerminal.ConnectAsync(server.Port, cancellationToken);
        await pending.ReceiveAsync(cancellationToken);

        var stopped = server.DisposeAsync().AsTask();
        foreach (var terminal in terminals)
        {
            await terminal.WaitForCloseAsync(cancellationToken);
            terminal.Dispose();
        }
        // The one that was asked who it is has its time to answer.
        clock.Advance(Options.HandshakeTimeout);
        await stopped;

        Assert.That(Gate.Told.Select(told => told.Reason), Is.All.EqualTo(TasCloseReason.NodeStopping));
        Assert.That(Gate.Told.Select(told => told.Session.TerminalId), Is.EquivalentTo(Enumerable.Range(0, 10).Select(n => $"NL{n}")));
        await pending.WaitForCloseAsync(cancellationToken);
    }

    [Test]
    public async Task Stop_during_an_admission_ends_that_session_too(CancellationToken cancellationToken)
    {
        var decide = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Gate.Decide = async (_, token) =>
        {
            await decide.Task.WaitAsync(token);
            return TasAdmission.Admitted;
        };
        var server = await StartAsync(cancellationToken);
        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", null, cancellationToken);
        await Gate.NextArrivalAsync(cancellationToken);

        var stopped = server.DisposeAsync().AsTask();
        decide.SetResult();
        await stopped;

        Assert.That(Gate.Told.Single().Reason, Is.EqualTo(TasCloseReason.NodeStopping));
    }

    [Test]
    public async Task Tls_is_spoken_when_there_is_a_certificate(CancellationToken cancellationToken)
    {
        using var certificate = SelfSigned();
        var server = await StartAsync(cancellationToken, Options with { ServerCertificate = certificate });

        using var terminal = await RawTerminal.ConnectAsync(server.Port, cancellationToken, async stream =>
        {
            var tls = new SslStream(stream, leaveInnerStreamOpen: false, (_, presented, _, _) => presented?.GetCertHashString() == certificate.GetCertHashString());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, cancellationToken);
            return tls;
        });
        await terminal.AnswerStatusAsync("NL000123", null, cancellationToken);

        Assert.That((await Gate.NextArrivalAsync(cancellationToken)).TerminalId, Is.EqualTo("NL000123"));
    }

    [Test]
    public async Task Tas_runs_in_a_host_beside_its_http_port(CancellationToken cancellationToken)
    {
        await using var host = await StartHostAsync(cancellationToken);
        var http = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

        using var client = new HttpClient { BaseAddress = new Uri(http) };
        using var terminal = await RawTerminal.ArriveAsync(host.Services.GetRequiredService<TasListener>().Port, "NL000123", null, cancellationToken);

        Assert.That(await client.GetStringAsync("/", cancellationToken), Is.EqualTo("hello"));
        Assert.That((await Gate.NextArrivalAsync(cancellationToken)).TerminalId, Is.EqualTo("NL000123"));
        await host.StopAsync(cancellationToken);
        Assert.That((await Gate.NextEndAsync(cancellationToken)).Reason, Is.EqualTo(TasCloseReason.NodeStopping));
    }

    [Test]
    public async Task Host_that_is_told_to_stop_lets_terminals_in_until_its_port_closes(CancellationToken cancellationToken)
    {
        await using var host = await StartHostAsync(cancellationToken);
        var port = host.Services.GetRequiredService<TasListener>().Port;
        using var before = await RawTerminal.ArriveAsync(port, "NL000123", null, cancellationToken);

        host.Lifetime.StopApplication();
        using var after = await RawTerminal.ArriveAsync(port, "NL000124", null, cancellationToken);
        var sessions = host.Services.GetRequiredService<TasSessions>();
        await Eventually.HoldsAsync(() => sessions.Count == 2, cancellationToken);
        await host.StopAsync(cancellationToken);

        Assert.That(Gate.Told.Select(told => (told.Session.TerminalId, told.Reason)), Is.EquivalentTo(new[] { ("NL000123", TasCloseReason.NodeStopping), ("NL000124", TasCloseReason.NodeStopping) }));
    }

    [Test]
    public async Task Terminal_that_was_asked_who_it_is_when_the_server_stops_is_let_in(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);
        using var staying = await RawTerminal.ArriveAsync(server.Port, "NL000123", null, cancellationToken);
        using var arriving = await RawTerminal.ConnectAsync(server.Port, cancellationToken);
        var request = await arriving.ReceiveAsync(cancellationToken);
        await Eventually.HoldsAsync(() => server.Sessions.Count == 1, cancellationToken);

        var stopped = server.DisposeAsync().AsTask();
        await staying.WaitForCloseAsync(cancellationToken);
        await arriving.SendAsync(RawTerminal.Status(request.Header, "NL000124"), cancellationToken);
        await stopped;

        Assert.That(Gate.Told.Select(told => (told.Session.TerminalId, told.Reason)), Is.EquivalentTo(new[] { ("NL000123", TasCloseReason.NodeStopping), ("NL000124", TasCloseReason.NodeStopping) }));
    }

    [Test]
    public async Task Session_carries_the_time_of_the_clock_given(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider();
        var server = await StartAsync(cancellationToken, timeProvider: clock);

        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", null, cancellationToken);
        await Eventually.HoldsAsync(() => server.Sessions.Count == 1, cancellationToken);

        Assert.That(server.Sessions.Snapshot().Single().OpenedAt, Is.EqualTo(clock.GetUtcNow()));
    }

    [Test]
    public void Faulty_options_are_named_all_at_once()
    {
        var options = new TasOptions
        {
            Port = 70_000, WorkstationId = "", HandshakeTimeout = TimeSpan.Zero, GateTimeout = TimeSpan.FromDays(1), IdleInterval = -TimeSpan.FromSeconds(1),
            AnswerTimeout = TimeSpan.Zero, TcpKeepAliveTime = TimeSpan.Zero, MaximumFrameLength = 10, MaximumSessions = 0, MaximumPending = 0, MaximumPendingPerAddress = 0,
        };

        Assert.That(options.Validate().ToArray(), Has.Length.EqualTo(11));
        Assert.That(Options.Validate(), Is.Empty);
        Assert.That(() => StartAsync(CancellationToken.None, options), Throws.ArgumentException);
    }

    private async Task<WebApplication> StartHostAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.ListenTas();
        });
        builder.Services.AddSingleton<ITasGate>(Gate).AddTas(Options);
        var host = builder.Build();
        host.MapGet("/", () => "hello");
        await host.StartAsync(cancellationToken);
        return host;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(100));
    }
}
