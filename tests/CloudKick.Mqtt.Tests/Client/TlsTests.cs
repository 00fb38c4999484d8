using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Mqtt.Packets;
using CloudKick.Testing.Certificates;

namespace CloudKick.Mqtt.Tests.Client;

/// <summary>TLS as AWS IoT wants it: who the server is, ALPN, SNI, the client's certificate; and what each way to fail says.</summary>
[CancelAfter(20_000)]
internal sealed class TlsTests(bool dedicatedThread) : ClientTests(dedicatedThread)
{
    private const string Alpn = "x-amzn-mqtt-ca";

    private TestCertificates _certificates = null!;

    [OneTimeSetUp]
    public void CreateCertificates() => _certificates = new TestCertificates();

    [OneTimeTearDown]
    public void DisposeCertificates() => _certificates.Dispose();

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task Alpn_name_and_client_certificate_reach_the_server(SslProtocols protocol, CancellationToken cancellationToken)
    {
        string? name = null;
        string? client = null;
        var certificate = _certificates.IssueServer(names: "iot.cloudkick.test");
        var options = ServerOptions(null, Alpn);
        options.EnabledSslProtocols = protocol;
        options.ClientCertificateRequired = true;
        options.RemoteCertificateValidationCallback = (_, presented, _, _) =>
        {
            client = presented?.Subject;
            return presented is not null;
        };
        options.ServerCertificateSelectionCallback = (_, requested) =>
        {
            name = requested;
            return certificate;
        };
        await using var server = new ScriptedServer(options);
        await using var test = Client(server, tls => tls with { ServerName = "iot.cloudkick.test", ClientCertificate = _certificates.IssueClient("NL000123") });

        var accepting = server.AcceptMqttAsync(cancellationToken);
        await test.Client.ConnectAsync(cancellationToken);
        await accepting;

        Assert.That(name, Is.EqualTo("iot.cloudkick.test"));
        Assert.That(client, Is.EqualTo("CN=NL000123"));
    }

    [Test]
    public async Task A_server_of_another_authority_is_not_trusted(CancellationToken cancellationToken)
    {
        using var others = new TestCertificates("another CA");
        await ExpectAsync(
            ServerOptions(others.IssueServer(), Alpn), tls => tls, MqttConnectFailure.TlsServerNotTrusted, "is not trusted: CN=localhost, issued by CN=another CA", cancellationToken);
    }

    [Test]
    public async Task The_system_roots_are_the_default_and_do_not_know_the_test_authority(CancellationToken cancellationToken) => await ExpectAsync(
        ServerOptions(_certificates.IssueServer(), Alpn), tls => tls with { TrustedRoots = null }, MqttConnectFailure.TlsServerNotTrusted, "is not trusted", cancellationToken);

    [Test]
    public async Task A_server_of_another_name_is_not_trusted(CancellationToken cancellationToken) => await ExpectAsync(
        ServerOptions(_certificates.IssueServer(onlyNames: true, "other.test"), Alpn),
        tls => tls,
        MqttConnectFailure.TlsServerNotTrusted,
        "it is not for 'localhost'",
        cancellationToken);

    [Test]
    public async Task A_server_that_speaks_another_protocol_is_an_ALPN_mismatch(CancellationToken cancellationToken) => await ExpectAsync(
        ServerOptions(_certificates.IssueServer(), "http/1.1"), tls => tls, MqttConnectFailure.AlpnMismatch, "does not speak x-amzn-mqtt-ca", cancellationToken);

    [Test]
    public async Task A_server_that_ignores_ALPN_is_refused(CancellationToken cancellationToken) => await ExpectAsync(
        ServerOptions(_certificates.IssueServer()), tls => tls, MqttConnectFailure.AlpnMismatch, "chose no application protocol", cancellationToken);

    [Test]
    public async Task ALPN_is_not_asked_for_unless_given(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer(ServerOptions(_certificates.IssueServer()));
        await using var test = Client(server, tls => tls with { ApplicationProtocols = [] });

        var accepting = server.AcceptMqttAsync(cancellationToken);

        Assert.That((await test.Client.ConnectAsync(cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.Success));
        await accepting;
    }

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task A_refused_client_certificate_is_told_as_what_it_probably_is(SslProtocols protocol, CancellationToken cancellationToken)
    {
        var options = ServerOptions(_certificates.IssueServer(), Alpn);
        options.EnabledSslProtocols = protocol;
        options.ClientCertificateRequired = true;
        options.RemoteCertificateValidationCallback = (_, _, _, _) => false;
        await using var server = new ScriptedServer(options);
        await using var test = Client(server, tls => tls with { ClientCertificate = _certificates.IssueClient("NL000123") });
        var accepting = server.AcceptAsync(cancellationToken);

        var exception = Assert.CatchAsync<MqttConnectException>(() => test.Client.ConnectAsync(cancellationToken))!;

        // The platform's server refuses after a handshake that succeeded for the client, as AWS IoT does.
        Assert.That(exception.Failure, Is.EqualTo(MqttConnectFailure.ClosedBeforeConnAck).Or.EqualTo(MqttConnectFailure.TlsHandshake));
        Assert.That(exception.Message, Does.Contain("certificate"));
        Assert.That(() => accepting, Throws.InstanceOf<AuthenticationException>());
    }

    [Test]
    public async Task A_server_that_closes_after_the_handshake_suggests_certificate_or_policy(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer(ServerOptions(_certificates.IssueServer(), Alpn));
        await using var test = Client(server, tls => tls);
        var connecting = test.Client.ConnectAsync(cancellationToken);
        var peer = await server.AcceptAsync(cancellationToken);
        await peer.ReceiveAsync<ConnectPacket>(cancellationToken);

        await peer.CloseAsync();

        var exception = Assert.CatchAsync<MqttConnectException>(() => connecting)!;
        Assert.That(exception.Failure, Is.EqualTo(MqttConnectFailure.ClosedBeforeConnAck));
        Assert.That(exception.Message, Does.Contain("closed before CONNACK: certificate or policy refused?"));
    }

    [Test]
    public async Task A_port_without_TLS_fails_the_handshake(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        await using var test = Client(server, tls => tls);
        var connecting = test.Client.ConnectAsync(cancellationToken);
        var peer = await server.AcceptAsync(cancellationToken);
        await peer.SendBytesAsync("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray(), cancellationToken);

        Assert.That(Assert.CatchAsync<MqttConnectException>(() => connecting)!.Failure, Is.EqualTo(MqttConnectFailure.TlsHandshake));
    }

    [Test]
    public async Task Silence_in_the_handshake_is_a_timeout(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        await using var test = Client(server, tls => tls);
        var connecting = test.Client.ConnectAsync(cancellationToken);
        await server.AcceptAsync(cancellationToken);

        test.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.That(Assert.CatchAsync<MqttConnectException>(() => connecting)!.Failure, Is.EqualTo(MqttConnectFailure.Timeout));
    }

    [Test]
    public async Task Old_TLS_is_not_spoken(CancellationToken cancellationToken)
    {
        var options = ServerOptions(_certificates.IssueServer(), Alpn);
#pragma warning disable SYSLIB0039, CA5397 // That it is obsolete is the point.
        options.EnabledSslProtocols = SslProtocols.Tls11;
#pragma warning restore SYSLIB0039, CA5397
        await ExpectAsync(options, tls => tls, MqttConnectFailure.TlsHandshake, "TLS", cancellationToken);
    }

    private static SslServerAuthenticationOptions ServerOptions(X509Certificate2? certificate, params string[] protocols) => new()
    {
        ServerCertificate = certificate,
        ApplicationProtocols = protocols.Length == 0 ? null : [.. protocols.Select(protocol => new SslApplicationProtocol(protocol))],
    };

    private ClientUnderTest Client(ScriptedServer server, Func<MqttTlsOptions, MqttTlsOptions> configure) => new(server.Endpoint with
    {
        Tls = configure(new MqttTlsOptions { ServerName = "localhost", ApplicationProtocols = [Alpn], TrustedRoots = _certificates.Roots }),
    });

    private async Task ExpectAsync(
        SslServerAuthenticationOptions serverOptions, Func<MqttTlsOptions, MqttTlsOptions> configure, MqttConnectFailure failure, string message,
        CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer(serverOptions);
        await using var test = Client(server, configure);
        var accepting = server.AcceptAsync(cancellationToken);

        var exception = Assert.CatchAsync<MqttConnectException>(() => test.Client.ConnectAsync(cancellationToken))!;

        Assert.That(exception.Failure, Is.EqualTo(failure), exception.ToString());
        Assert.That(exception.Message, Does.Contain(message));
        // The server's end may have succeeded or failed; either way it is over.
        await Task.WhenAny(accepting);
        Assert.That(accepting.IsFaulted || accepting.IsCompletedSuccessfully, Is.True);
        _ = accepting.Exception;
    }
}
