using System.Net;
using System.Net.Sockets;
using CloudKick.Cli.CommandLine;
using CloudKick.Testing.Certificates;

namespace CloudKick.Cli.Tests.Doctor;

/// <summary><c>doctor network</c> where something else answers in the cloud's place, or nothing does.</summary>
internal sealed class NetworkAtLiarsTests
{
    private const string MqttAlpn = "x-amzn-mqtt-ca";
    private const string HttpAlpn = "x-amzn-http-ca";

    // CONNACK, then DISCONNECT with 0x8E (MQTT 5.0 §3.2, §3.14).
    private static readonly byte[] AcceptedThenTakenOver = [0x20, 0x03, 0x00, 0x00, 0x00, 0xE0, 0x02, 0x8E, 0x00];

    private string _directory = null!;
    private TestCertificates _authority = null!;
    private string _ca = null!;
    private string _certificate = null!;
    private string _key = null!;

    [OneTimeSetUp]
    public void Prepare()
    {
        _directory = Directory.CreateTempSubdirectory("cloudkick-liars-").FullName;
        _authority = new TestCertificates("The right authority");
        (_ca, _certificate, _key) = _authority.WritePem(_directory, _authority.IssueClient("NL000123"));
    }

    [OneTimeTearDown]
    public void Clean()
    {
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_name_without_an_address_fails_and_the_rest_is_not_tried(CancellationToken cancellationToken)
    {
        var run = await DoctorRun.OfAsync("network", ["--endpoint", "no-such-host.invalid"], cancellationToken);

        Assert.That(run.Verdicts, Is.EqualTo(new[] { "dns failed", "tcp not-tried", "tls not-tried", "clock not-tried", "alpn not-tried", "mqtt not-tried", "tas not-tried", "proxy ok" }));
        Assert.That(run.Evidence("alpn"), Is.EqualTo("dns failed"));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
    }

    [Test, CancelAfter(60_000)]
    public async Task A_port_where_nobody_listens_refuses(CancellationToken cancellationToken)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        var run = await DoctorRun.OfAsync("network", ["--endpoint", $"localhost:{port}"], cancellationToken);

        Assert.That(run.Verdicts.Take(3), Is.EqualTo(new[] { "dns ok", "tcp failed", "tls not-tried" }));
        Assert.That(run.Evidence("tcp"), Does.Contain("refuses"));
        Assert.That(run.Fix("tcp"), Does.Contain($"port {port}"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Silence_after_the_connection_ends_with_the_checks_time(CancellationToken cancellationToken)
    {
        await using var server = LyingServer.Silent();

        var run = await DoctorRun.OfAsync("network", ["--endpoint", server.Endpoint, "--timeout", "1"], cancellationToken);

        Assert.That(run.Verdicts.Skip(1).Take(3), Is.EqualTo(new[] { "tcp ok", "tls failed", "clock not-tried" }));
        Assert.That(run.Evidence("tls"), Is.EqualTo("No answer within 1 s"));
    }

    [Test, CancelAfter(60_000)]
    public async Task A_certificate_for_another_name_is_a_portal_or_a_wrong_name(CancellationToken cancellationToken)
    {
        await using var server = LyingServer.OverTls(_authority.IssueServer(onlyNames: true, "portal.hotel.example"), TellTime);

        var run = await DoctorRun.OfAsync("network", Options(server), cancellationToken);

        Assert.That(run.Verdict("tls"), Is.EqualTo("failed"));
        Assert.That(run.Evidence("tls"), Does.Contain("portal.hotel.example").And.Contain("other names"));
        Assert.That(run.Fix("tls"), Does.Contain("captive portal"));
    }

    [Test, CancelAfter(60_000)]
    public async Task A_proxy_that_opens_tls_is_named(CancellationToken cancellationToken)
    {
        using var proxy = new TestCertificates("Examplewall TLS inspection");
        await using var server = LyingServer.OverTls(proxy.IssueServer(), TellTime, MqttAlpn, HttpAlpn);

        var run = await DoctorRun.OfAsync("network", ["--endpoint", server.Endpoint], cancellationToken);

        Assert.That(run.Verdict("tls"), Is.EqualTo("failed"));
        Assert.That(run.Evidence("tls"), Does.Contain("nobody here knows its root"));
        Assert.That(run.Fix("tls"), Does.Contain("interception").And.Contain("Examplewall TLS inspection").And.Contain("Amazon's roots"));
    }

    [Test, CancelAfter(60_000)]
    public async Task An_expired_certificate_is_told_with_this_machines_date(CancellationToken cancellationToken)
    {
        await using var server = LyingServer.OverTls(_authority.IssueExpiredServer(), TellTime);

        var run = await DoctorRun.OfAsync("network", Options(server), cancellationToken);

        Assert.That(run.Verdict("tls"), Is.EqualTo("failed"));
        Assert.That(run.Evidence("tls"), Does.Contain("by this machine's clock it is"));
        Assert.That(run.Verdict("clock"), Is.EqualTo("ok"), "so it is not the clock");
    }

    [Test, CancelAfter(60_000)]
    public async Task A_server_without_tls_1_2_is_old(CancellationToken cancellationToken)
    {
        // What a server of TLS 1.1 answers to a ClientHello from 1.2 on: alert 70, protocol_version (RFC 8446 §6.2).
        await using var server = AfterHello([0x15, 0x03, 0x02, 0x00, 0x02, 0x02, 70]);

        var run = await DoctorRun.OfAsync("network", Options(server), cancellationToken);

        Assert.That(run.Verdict("tls"), Is.EqualTo("failed"));
        Assert.That(run.Evidence("tls"), Does.StartWith("The server speaks no TLS from 1.2 on"));
    }

    [Test, CancelAfter(60_000)]
    public async Task What_does_not_speak_tls_is_said_so(CancellationToken cancellationToken)
    {
        await using var server = AfterHello("HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\n\r\n"u8.ToArray());

        var run = await DoctorRun.OfAsync("network", Options(server), cancellationToken);

        Assert.That(run.Evidence("tls"), Is.EqualTo("Something answers, but not in TLS"));
    }

    [Test, CancelAfter(60_000)]
    public async Task A_handshake_that_is_cut_off_points_to_a_firewall(CancellationToken cancellationToken)
    {
        await using var server = AfterHello([]);

        var run = await DoctorRun.OfAsync("network", Options(server), cancellationToken);

        Assert.That(run.Evidence("tls"), Does.StartWith("The connection is cut off during the TLS handshake"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Alpn_that_is_stripped_is_a_middlebox(CancellationToken cancellationToken)
    {
        await using var server = LyingServer.OverTls(_authority.IssueServer(), TellTime);

        var run = await DoctorRun.OfAsync("network", [.. Options(server), "--cert", _certificate, "--key", _key], cancellationToken);

        Assert.That(run.Verdicts, Is.SupersetOf(new[] { "tls ok", "alpn failed", "mqtt not-tried" }));
        Assert.That(run.Evidence("alpn"), Does.Contain("is not answered"));
        Assert.That(run.Fix("alpn"), Does.Contain("strips ALPN").And.Contain("8883"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Alpn_that_the_server_does_not_know_is_another_service(CancellationToken cancellationToken)
    {
        await using var server = LyingServer.OverTls(_authority.IssueServer(), TellTime, "http/1.1");

        var run = await DoctorRun.OfAsync("network", Options(server), cancellationToken);

        Assert.That(run.Verdict("alpn"), Is.EqualTo("failed"));
        Assert.That(run.Evidence("alpn"), Is.EqualTo($"The server knows ALPN, but not {MqttAlpn}"));
    }

    [Test, CancelAfter(60_000)]
    public async Task A_clock_that_is_ten_minutes_off_fails(CancellationToken cancellationToken)
    {
        await using var server = LyingServer.OverTls(
            _authority.IssueServer(), (stream, _, stopping) => HttpAnswer.WriteAsync(stream, TimeProvider.System.GetUtcNow().AddMinutes(10), stopping), MqttAlpn);

        var run = await DoctorRun.OfAsync("network", Options(server), cancellationToken);

        Assert.That(run.Verdict("clock"), Is.EqualTo("failed"));
        Assert.That(run.Evidence("clock"), Does.Match(@"^(599|60[01])\.\d s behind the endpoint's Date header, give or take \d\.\d s$"));
        Assert.That(run.Fix("clock"), Does.Contain("NTP"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Closed_without_a_word_names_what_it_can_be(CancellationToken cancellationToken)
    {
        await using var server = Mqtt((_, _) => Task.CompletedTask);

        var run = await DoctorRun.OfAsync("network", [.. Options(server), "--cert", _certificate, "--key", _key], cancellationToken);

        Assert.That(run.Verdict("mqtt"), Is.EqualTo("failed"));
        Assert.That(run.Evidence("mqtt"), Does.StartWith("Closed without a word after CONNECT").And.Contain("HTTPS takes the certificate").And.Contain("NL000123"));
        Assert.That(run.Fix("mqtt"), Does.Contain("iot:Connect on client/NL000123"));
    }

    [TestCase((byte)0x87, "NotAuthorized (0x87)", "iot:Connect on client/NL000123")]
    [TestCase((byte)0x85, "ClientIdentifierNotValid (0x85)", "128 bytes")]
    [TestCase((byte)0x97, "QuotaExceeded (0x97)", "one CONNECT a second")]
    [CancelAfter(60_000)]
    public async Task A_refusal_with_a_reason_is_explained(byte reason, string evidence, string fix, CancellationToken cancellationToken)
    {
        await using var server = Mqtt((stream, stopping) => stream.WriteAsync(new byte[] { 0x20, 0x03, 0x00, reason, 0x00 }, stopping).AsTask());

        var run = await DoctorRun.OfAsync("network", [.. Options(server), "--cert", _certificate, "--key", _key], cancellationToken);

        Assert.That(run.Verdict("mqtt"), Is.EqualTo("failed"));
        Assert.That(run.Evidence("mqtt"), Does.Contain(evidence));
        Assert.That(run.Fix("mqtt"), Does.Contain(fix));
    }

    [Test, CancelAfter(60_000)]
    public async Task A_client_id_that_somebody_else_has_shows_by_being_displaced(CancellationToken cancellationToken)
    {
        await using var server = Mqtt((stream, stopping) => stream.WriteAsync(AcceptedThenTakenOver, stopping).AsTask());

        var run = await DoctorRun.OfAsync("network", [.. Options(server), "--cert", _certificate, "--key", _key], cancellationToken);

        Assert.That(run.Verdict("mqtt"), Is.EqualTo("warning"));
        Assert.That(run.Evidence("mqtt"), Does.Contain("another connection uses client id NL000123"));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done));
    }

    [Test, CancelAfter(60_000)]
    public async Task An_expired_certificate_of_the_client_is_not_even_tried(CancellationToken cancellationToken)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_directory, "expired")).FullName;
        var (_, certificate, key) = _authority.WritePem(directory, _authority.IssueExpiredClient("NL000124"));
        await using var server = Mqtt((_, _) => Task.CompletedTask);

        var run = await DoctorRun.OfAsync("network", [.. Options(server), "--cert", certificate, "--key", key], cancellationToken);

        Assert.That(run.Verdict("mqtt"), Is.EqualTo("failed"));
        Assert.That(run.Fix("mqtt"), Does.Contain("cloudkick terminal rotate"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Ctrl_c_ends_it_at_once(CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = LyingServer.OverTcp(async (stream, stopping) =>
        {
            if (await stream.ReadAsync(new byte[1], stopping) > 0)
                reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, stopping);
        });
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        var running = Invocation.RunAsync(["doctor", "network", "--endpoint", server.Endpoint, "--timeout", "60"], interrupt.Token);
        await reached.Task.WaitAsync(cancellationToken);
        await interrupt.CancelAsync();

        Assert.That((await running).ExitCode, Is.EqualTo(ExitCode.Interrupted));
    }

    [Test, CancelAfter(60_000)]
    public async Task Nothing_to_look_at_is_said(CancellationToken cancellationToken)
    {
        var run = await Invocation.RunAsync(["doctor", "network"], cancellationToken);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Unavailable));
        Assert.That(run.Error, Does.Contain("--endpoint"));
    }

    private static Task TellTime(Stream stream, string alpn, CancellationToken cancellationToken) =>
        HttpAnswer.WriteAsync(stream, TimeProvider.System.GetUtcNow(), cancellationToken);

    private static LyingServer AfterHello(byte[] answer) => LyingServer.OverTcp(async (stream, stopping) =>
    {
        if (await stream.ReadAsync(new byte[4096], stopping) > 0)
            await stream.WriteAsync(answer, stopping);
    });

    /// <summary>As AWS's port 443, with whatever is to follow CONNECT.</summary>
    private LyingServer Mqtt(Func<Stream, CancellationToken, Task> afterConnect) => LyingServer.OverTls(
        _authority.IssueServer(),
        async (stream, alpn, stopping) =>
        {
            if (alpn != MqttAlpn)
            {
                await TellTime(stream, alpn, stopping);
            }
            else if (await stream.ReadAsync(new byte[4096], stopping) > 0)
            {
                await afterConnect(stream, stopping);
            }
        },
        MqttAlpn, HttpAlpn);

    private string[] Options(LyingServer server) => ["--endpoint", server.Endpoint, "--ca", _ca];
}
