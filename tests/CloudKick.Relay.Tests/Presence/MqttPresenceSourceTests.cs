using System.Diagnostics.Metrics;
using System.Threading.Channels;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;
using CloudKick.Mqtt.Tests.Client;
using CloudKick.Relay.Cloud;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Presence;
using CloudKick.Relay.Publishing;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Tests.Presence;

[CancelAfter(60_000)]
internal sealed class MqttPresenceSourceTests
{
    private readonly NodeIdentity _node = NodeIdentity.Create("test");
    private string _directory = null!;
    private LocalCloudServer _cloud = null!;
    private ServiceProvider _services = null!;
    private RelayMqttOptions _mqtt = null!;

    [OneTimeSetUp]
    public async Task StartCloud()
    {
        _directory = Directory.CreateTempSubdirectory("cloudkick-presence-").FullName;
        _cloud = await LocalCloudServer.StartAsync(
            new LocalCloudOptions { Port = 0, DataDirectory = Path.Combine(_directory, "cloud") }, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        _mqtt = MqttOptions();
    }

    [OneTimeTearDown]
    public async Task StopCloud()
    {
        await _services.DisposeAsync();
        await _cloud.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task A_terminals_coming_and_going_is_delivered(CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var events = Channel.CreateUnbounded<PresenceEvent>();
        using var certificate = Certificate(_mqtt);
        var source = Source(_mqtt, certificate, new PresenceOptions());

        var running = source.RunAsync(
            async (next, token) =>
            {
                await events.Writer.WriteAsync(next, token);
                return Task.FromResult(true);
            },
            stopping.Token);
        // The source may subscribe only after the first terminal came: one comes until it is seen.
        var first = await SeenAsync(events.Reader, cancellationToken);
        var fault = source.Fault;
        await stopping.CancelAsync();
        await running;

        Assert.That(fault, Is.Null);
        Assert.That(first.Select(e => e.Connected), Is.EqualTo(new[] { true, false }));
        Assert.That(first[0].Session, Is.EqualTo(first[1].Session));
        Assert.That(first[0].Version, Is.EqualTo(first[1].Version));
    }

    [Test]
    public async Task A_subscription_refused_after_a_reconnect_is_a_fault_until_it_is_granted_again(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // The server answers no PINGREQ; none comes however slow the machine is.
        var silence = TimeSpan.FromMinutes(10);
        var options = new RelayMqttOptions { Host = "127.0.0.1", Port = server.Port, Tls = false, KeepAlive = silence, PingAfterSilence = silence };
        using var certificate = Certificate(options);
        var presence = new PresenceOptions { SubscribeRetryDelay = TimeSpan.FromMilliseconds(200) };
        var source = Source(options, certificate, presence);
        var running = source.RunAsync((_, _) => ValueTask.FromResult(Task.FromResult(true)), stopping.Token);
        var first = await server.AcceptMqttAsync(cancellationToken);
        await first.GrantAsync(cancellationToken);
        await Eventually.HoldsAsync(() => source.Fault is null, cancellationToken);

        await first.CloseAsync();
        var second = await server.AcceptMqttAsync(cancellationToken);
        await RefuseAsync(second, cancellationToken);
        await RefuseAsync(second, cancellationToken);
        await Eventually.HoldsAsync(() => source.Fault?.Contains("refuses the subscription", StringComparison.Ordinal) == true, cancellationToken);
        await second.GrantAsync(cancellationToken);

        await Eventually.HoldsAsync(() => source.Fault is null, cancellationToken);
        await stopping.CancelAsync();
        await running;
    }

    private static async Task RefuseAsync(ScriptedPeer peer, CancellationToken cancellationToken)
    {
        var subscribe = await peer.ReceiveAsync<SubscribePacket>(cancellationToken);
        MqttReasonCode[] refused = [.. subscribe.Subscriptions.Select(_ => MqttReasonCode.NotAuthorized)];
        await peer.SendAsync(new SubAckPacket { PacketIdentifier = subscribe.PacketIdentifier, ReasonCodes = refused }, cancellationToken);
    }

    /// <summary>The two events of one connection of a terminal.</summary>
    private async Task<PresenceEvent[]> SeenAsync(ChannelReader<PresenceEvent> events, CancellationToken cancellationToken)
    {
        for (var n = 1; ; n++)
        {
            var id = $"SEEN{n}";
            await using (var terminal = new MqttClient(TerminalOptions(id)))
            {
                await terminal.ConnectAsync(cancellationToken);
                await terminal.DisconnectAsync(cancellationToken);
            }

            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(TimeSpan.FromMilliseconds(500));
            List<PresenceEvent> seen = [];
            try
            {
                while (seen.Count < 2)
                {
                    if (await events.ReadAsync(patience.Token) is { } next && next.ClientId == id)
                        seen.Add(next);
                }

                return [.. seen];
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Not subscribed yet.
            }
        }
    }

    private MqttClientOptions TerminalOptions(string terminalId) => new()
    {
        Endpoint = new MqttEndpoint("localhost", _cloud.Port) { Tls = Tls(terminalId) },
        ClientId = terminalId,
    };

    private MqttTlsOptions Tls(string thing)
    {
        var directory = Path.Combine(_directory, thing);
        Directory.CreateDirectory(directory);
        _cloud.IssueDeviceCertificate(thing).WriteTo(directory);
        var roots = new System.Security.Cryptography.X509Certificates.X509Certificate2Collection();
        roots.ImportFromPemFile(_cloud.CaFile);
        return new MqttTlsOptions
        {
            ApplicationProtocols = ["x-amzn-mqtt-ca"],
            TrustedRoots = roots,
            ClientCertificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(
                Path.Combine(directory, DeviceCertificate.CertificateFile), Path.Combine(directory, DeviceCertificate.PrivateKeyFile)),
        };
    }

    private MqttPresenceSource Source(RelayMqttOptions mqtt, RelayCertificate certificate, PresenceOptions options) => new(
        new RelayMqttClients(Options.Create(mqtt), _node, certificate, TimeProvider.System), certificate,
        new PresenceMetrics(_services.GetRequiredService<IMeterFactory>()), Options.Create(options), TimeProvider.System, NullLogger<MqttPresenceSource>.Instance);

    private RelayCertificate Certificate(RelayMqttOptions mqtt) => new(
        Options.Create(mqtt), _services.GetRequiredService<IMeterFactory>(), TimeProvider.System, NullLogger<RelayCertificate>.Instance);

    private RelayMqttOptions MqttOptions()
    {
        var directory = Path.Combine(_directory, "relay");
        Directory.CreateDirectory(directory);
        _cloud.IssueDeviceCertificate("relay").WriteTo(directory);
        return new RelayMqttOptions
        {
            Host = "localhost",
            Port = _cloud.Port,
            CaFile = _cloud.CaFile,
            CertificateFile = Path.Combine(directory, DeviceCertificate.CertificateFile),
            PrivateKeyFile = Path.Combine(directory, DeviceCertificate.PrivateKeyFile),
        };
    }
}
