using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Mqtt;
using CloudKick.Opi;
using CloudKick.Testing;

namespace CloudKick.Terminal.Tests;

/// <summary>The terminal's OPI side against a scripted TAS that does what a good one does not.</summary>
[CancelAfter(20_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TerminalSessionTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly TerminalHistory _history = new();
    private readonly TcpListener _tas = new(IPAddress.Loopback, 0);
    private TerminalSession? _session;

    private int Port => ((IPEndPoint)_tas.LocalEndpoint).Port;

    private TerminalOptions Options => new() { TerminalId = "NL000123", Mqtt = new MqttEndpoint("localhost", 1), TasRetryJitter = 0, Observer = _history.Add };

    [SetUp]
    public void Listen() => _tas.Start();

    [TearDown]
    public async Task Stop()
    {
        if (_session is not null)
            await _session.DisposeAsync();
        _tas.Dispose();
    }

    [Test]
    public async Task Status_tells_terminal_kick_and_firmware(CancellationToken cancellationToken)
    {
        Start(Options);
        var channel = await AcceptAsync(cancellationToken);

        var status = await AskAsync(channel, "GetStatus", "7", cancellationToken);

        Assert.That(status.Header, Is.EqualTo(Header("GetStatus", "7")));
        Assert.That(status.OverallResult, Is.EqualTo(OpiResult.Success));
        Assert.That(status.Terminal!.TerminalId, Is.EqualTo("NL000123"));
        Assert.That(status.PrivateData, Is.EqualTo(new PrivateData { KickId = "kck_1", FirmwareVersion = "14.0.11.01", Model = "CloudKick Simulator" }));
    }

    [Test]
    public async Task Later_requests_are_answered_and_unknown_ones_are_not_supported(CancellationToken cancellationToken)
    {
        Start(Options);
        var channel = await AcceptAsync(cancellationToken);
        await AskAsync(channel, "GetStatus", "1", cancellationToken);

        await channel.SendAsync(new ServiceResponse(Header("GetStatus", "0"), OpiResult.Success), cancellationToken);
        var again = await AskAsync(channel, "getstatus", "2", cancellationToken);
        var other = await AskAsync(channel, "CloseDay", "3", cancellationToken);

        Assert.That(again.OverallResult, Is.EqualTo(OpiResult.Success));
        Assert.That(other.OverallResult, Is.EqualTo(OpiResult.NotSupported));
    }

    [Test]
    public async Task Attempts_go_on_until_the_tas_is_there(CancellationToken cancellationToken)
    {
        var port = Port;
        _tas.Stop();
        Start(Options, port);
        foreach (var wait in (int[])[1, 2])
        {
            await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(wait), cancellationToken);
            _clock.Advance(TimeSpan.FromSeconds(wait));
        }

        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(4), cancellationToken);
        using var late = new TcpListener(IPAddress.Loopback, port);
        late.Start();
        _clock.Advance(TimeSpan.FromSeconds(4));
        using var socket = await late.AcceptSocketAsync(cancellationToken);
        await AskAsync(ChannelOver(new NetworkStream(socket)), "GetStatus", "1", cancellationToken);

        await _history.WaitForAsync<TerminalEvent.SessionOpened>(cancellationToken);
        Assert.That(_history.Snapshot().OfType<TerminalEvent.SessionAttemptFailed>().Count(), Is.EqualTo(3));
    }

    [Test]
    public async Task Tas_that_asks_nothing_is_left_at_the_deadline_and_tried_again(CancellationToken cancellationToken)
    {
        Start(Options);
        await AcceptAsync(cancellationToken);
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(10), cancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(1), cancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(1));

        await AcceptAsync(cancellationToken);

        Assert.That(_history.Snapshot().OfType<TerminalEvent.SessionAttemptFailed>().Single().Cause, Does.Contain("within 10 s"));
    }

    [Test]
    public async Task Tas_that_closes_before_it_asks_is_tried_again(CancellationToken cancellationToken)
    {
        Start(Options);
        (await _tas.AcceptSocketAsync(cancellationToken)).Dispose();
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(1), cancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(1));

        await AskAsync(await AcceptAsync(cancellationToken), "GetStatus", "1", cancellationToken);

        await _history.WaitForAsync<TerminalEvent.SessionOpened>(cancellationToken);
    }

    [Test]
    public async Task Deadline_of_the_kick_ends_an_attempt_that_hangs(CancellationToken cancellationToken)
    {
        Start(Options with { TasConnectTimeout = TimeSpan.FromMinutes(5) });
        await AcceptAsync(cancellationToken);
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(30), cancellationToken);

        _clock.Advance(TimeSpan.FromSeconds(30));

        Assert.That((await _history.WaitForAsync<TerminalEvent.SessionGivenUp>(cancellationToken)).Attempts, Is.EqualTo(1));
    }

    [Test]
    public async Task Garbage_from_the_tas_ends_the_session(CancellationToken cancellationToken)
    {
        var stream = await OpenAsync(Options, cancellationToken);

        await stream.WriteAsync("HTTP/1.1 400 Bad Request"u8.ToArray(), cancellationToken);

        Assert.That((await _history.WaitForAsync<TerminalEvent.SessionClosed>(cancellationToken)).End, Is.EqualTo(SessionEnd.ProtocolError));
    }

    [Test]
    public async Task Half_a_frame_and_then_the_end_is_a_loss(CancellationToken cancellationToken)
    {
        var stream = await OpenAsync(Options, cancellationToken);

        await stream.WriteAsync(new byte[] { 0, 0, 0, 9, 1 }, cancellationToken);
        await stream.DisposeAsync();

        Assert.That((await _history.WaitForAsync<TerminalEvent.SessionClosed>(cancellationToken)).End, Is.EqualTo(SessionEnd.Lost));
    }

    [Test]
    public async Task Tas_that_falls_silent_is_left(CancellationToken cancellationToken)
    {
        await OpenAsync(Options, cancellationToken);
        await _clock.WaitForTimerAsync(TimeSpan.FromMinutes(3), cancellationToken);

        _clock.Advance(TimeSpan.FromMinutes(3));

        Assert.That((await _history.WaitForAsync<TerminalEvent.SessionClosed>(cancellationToken)).End, Is.EqualTo(SessionEnd.Silent));
    }

    [Test]
    public async Task Address_in_the_options_goes_before_the_kicks(CancellationToken cancellationToken)
    {
        Start(Options with { TasHost = "localhost", TasPort = Port }, port: 1);

        await AskAsync(await AcceptAsync(cancellationToken), "GetStatus", "1", cancellationToken);

        var opened = await _history.WaitForAsync<TerminalEvent.SessionOpened>(cancellationToken);
        Assert.That((opened.Host, opened.Port), Is.EqualTo(("localhost", Port)));
    }

    [Test]
    public async Task Kick_can_ask_for_tls(CancellationToken cancellationToken)
    {
        using var certificate = SelfSigned();
        Start(Options with { TasTrustedRoots = [certificate], TasHost = "localhost" }, tls: true);

        using var tls = new SslStream(new NetworkStream(await _tas.AcceptSocketAsync(cancellationToken), ownsSocket: true));
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancellationToken);
        await AskAsync(ChannelOver(tls), "GetStatus", "1", cancellationToken);

        await _history.WaitForAsync<TerminalEvent.SessionOpened>(cancellationToken);
    }

    [Test]
    public async Task Tas_with_a_certificate_of_somebody_else_is_not_trusted(CancellationToken cancellationToken)
    {
        using var trusted = SelfSigned();
        using var presented = SelfSigned();
        Start(Options with { TasTrustedRoots = [trusted], TasHost = "localhost" }, tls: true);

        using var tls = new SslStream(new NetworkStream(await _tas.AcceptSocketAsync(cancellationToken), ownsSocket: true));
        await Assert.ThatAsync(async () =>
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = presented }, cancellationToken);
            await tls.ReadExactlyAsync(new byte[1], cancellationToken);
        }, Throws.Exception);

        await _history.WaitForAsync<TerminalEvent.SessionAttemptFailed>(cancellationToken);
        Assert.That(_history.Snapshot().OfType<TerminalEvent.SessionOpened>(), Is.Empty);
    }

    private void Start(TerminalOptions options, int? port = null, bool tls = false)
    {
        var kick = Kicks.Message("NL000123", "kck_1", _clock.GetUtcNow().AddSeconds(30), port ?? Port);
        _session = new TerminalSession(kick with { Tas = kick.Tas with { Tls = tls } }, options, _clock);
        _session.Start();
    }

    private async Task<Stream> OpenAsync(TerminalOptions options, CancellationToken cancellationToken)
    {
        Start(options);
        var stream = new NetworkStream(await _tas.AcceptSocketAsync(cancellationToken), ownsSocket: true);
        await AskAsync(ChannelOver(stream), "GetStatus", "1", cancellationToken);
        await _history.WaitForAsync<TerminalEvent.SessionOpened>(cancellationToken);
        return stream;
    }

    private async Task<OpiChannel> AcceptAsync(CancellationToken cancellationToken) =>
        ChannelOver(new NetworkStream(await _tas.AcceptSocketAsync(cancellationToken), ownsSocket: true));

    private static OpiChannel ChannelOver(Stream stream) => new(new Duplex(PipeReader.Create(stream), PipeWriter.Create(stream)));

    private static async Task<ServiceResponse> AskAsync(OpiChannel channel, string requestType, string requestId, CancellationToken cancellationToken)
    {
        await channel.SendAsync(new ServiceRequest(Header(requestType, requestId)), cancellationToken);
        return (ServiceResponse)(await channel.ReceiveAsync(cancellationToken))!;
    }

    private static OpiHeader Header(string requestType, string requestId) => new() { RequestType = requestType, WorkstationId = "TAS", RequestId = requestId };

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(100));
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
