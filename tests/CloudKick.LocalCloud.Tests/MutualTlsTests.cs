using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;
using CloudKick.Testing.Certificates;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class MutualTlsTests : CloudFixture
{
    [TestCase("x-amzn-mqtt-ca")]
    [TestCase("x-amzn-http-ca")]
    public async Task Without_a_certificate_the_handshake_completes_and_the_connection_is_closed(string protocol, CancellationToken cancellationToken)
    {
        await using var client = await RawClient.OpenAsync(Cloud.Server, certificate: null, cancellationToken, protocol);

        Assert.That(await client.ReadToEndAsync(cancellationToken), Is.Empty);
    }

    [TestCase("x-amzn-mqtt-ca")]
    [TestCase("x-amzn-http-ca")]
    [TestCase(null)]
    public async Task With_another_authoritys_certificate_the_same(string? protocol, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("localcloud-");
        using var stranger = CertificateAuthority.Open(directory.FullName);

        await using var client = await RawClient.OpenAsync(Cloud.Server, stranger.IssueDeviceCertificate(Terminal), cancellationToken, protocol);

        Assert.That(await client.ReadToEndAsync(cancellationToken), Is.Empty);
        Assert.That(Control.Connections, Is.Zero);
        directory.Delete(recursive: true);
    }

    [Test]
    public async Task A_certificate_that_another_process_issues_is_known(CancellationToken cancellationToken)
    {
        using var beside = CertificateAuthority.Open(Path.GetDirectoryName(Path.GetDirectoryName(Cloud.Server.CaFile))!);

        var client = await Cloud.OpenAsync(beside.IssueDeviceCertificate(Terminal), cancellationToken);
        var answer = await client.ConnectAsync(new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = Terminal }, cancellationToken);

        Assert.That(answer.ReasonCode, Is.EqualTo(MqttReasonCode.Success));
    }

    [TestCase("localhost")]
    [TestCase("local.iot.cloudkick.test")]
    public async Task The_servers_certificate_is_for(string serverName, CancellationToken cancellationToken)
    {
        await using var client = await RawClient.OpenAsync(
            Cloud.Server, Cloud.Server.IssueDeviceCertificate(Terminal), cancellationToken, serverName: serverName);

        Assert.That(client.NegotiatedProtocol.ToString(), Is.EqualTo("x-amzn-mqtt-ca"));
    }

    [Test]
    public void The_servers_certificate_is_for_no_other_name(CancellationToken cancellationToken) => Assert.That(
        async () => await RawClient.OpenAsync(Cloud.Server, Cloud.Server.IssueDeviceCertificate(Terminal), cancellationToken, serverName: "example.test"),
        Throws.InstanceOf<AuthenticationException>());

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task TLS_1_2_and_1_3_are_spoken(SslProtocols version, CancellationToken cancellationToken)
    {
        await using var client = await RawClient.OpenAsync(
            Cloud.Server, Cloud.Server.IssueDeviceCertificate(Terminal), cancellationToken, protocols: version);
        var answer = await client.ConnectAsync(new ConnectPacket { Version = MqttProtocolVersion.V311, ClientIdentifier = Terminal }, cancellationToken);

        Assert.That(client.TlsVersion, Is.EqualTo(version));
        Assert.That(answer.ReasonCode, Is.EqualTo(MqttReasonCode.Success));
    }

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task No_names_of_authorities_are_sent_with_the_request_for_a_certificate(SslProtocols version, CancellationToken cancellationToken)
    {
        using var ca = X509CertificateLoader.LoadCertificateFromFile(Cloud.Server.CaFile);
        string[] byThisServer = await NamesOfAuthoritiesAsync(Cloud.Server.Port, ca, version, cancellationToken);
        // Another server sends some, so that the question is known to be one.
        using var certificates = new TestCertificates("Names are sent");
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var serving = SendNamesAsync(other, certificates, version, cancellationToken);
        string[] byAnother = await NamesOfAuthoritiesAsync(((IPEndPoint)other.LocalEndpoint).Port, certificates.Authority, version, cancellationToken);
        await serving;

        Assert.That(byThisServer, Is.Empty);
        Assert.That(byAnother, Has.One.Contain("Names are sent"));
    }

    // An address is never sent as a server name.
    private const string NoServerName = "127.0.0.1";

    [Test]
    public void Without_a_server_name_the_handshake_fails(CancellationToken cancellationToken) => Assert.That(
        async () => await RawClient.OpenAsync(Cloud.Server, Cloud.Server.IssueDeviceCertificate(Terminal), cancellationToken, serverName: NoServerName),
        Throws.InstanceOf<AuthenticationException>().Or.InstanceOf<IOException>());

    [Test]
    public async Task Without_a_server_name_the_handshake_completes_where_that_is_allowed(CancellationToken cancellationToken)
    {
        await using var cloud = await TestCloud.StartAsync(requireServerName: false);

        await using var client = await RawClient.OpenAsync(
            cloud.Server, cloud.Server.IssueDeviceCertificate(Terminal), cancellationToken, serverName: NoServerName);

        Assert.That(client.NegotiatedProtocol.ToString(), Is.EqualTo("x-amzn-mqtt-ca"));
    }

    private static async Task<string[]> NamesOfAuthoritiesAsync(int port, X509Certificate2 trusted, SslProtocols version, CancellationToken cancellationToken)
    {
        string[] names = ["no certificate was asked for"];
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        await using var tls = new SslStream(tcp.GetStream());
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(trusted);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = version,
                ApplicationProtocols = [TlsPolicy.Mqtt],
                CertificateChainPolicy = trust,
                LocalCertificateSelectionCallback = (_, _, _, remote, issuers) =>
                {
                    // Asked first before the server has said anything.
                    if (remote is not null) names = issuers;
                    return null!;
                },
            },
            cancellationToken);
        return names;
    }

    private static async Task SendNamesAsync(TcpListener listener, TestCertificates certificates, SslProtocols version, CancellationToken cancellationToken)
    {
        using var tcp = await listener.AcceptTcpClientAsync(cancellationToken);
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(
                    certificates.IssueServer(onlyNames: true, "localhost"), additionalCertificates: null, offline: true,
                    SslCertificateTrust.CreateForX509Collection([certificates.Authority], sendTrustInHandshake: true)),
                EnabledSslProtocols = version,
                ApplicationProtocols = [TlsPolicy.Mqtt],
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is null,
            },
            cancellationToken);
    }
}
