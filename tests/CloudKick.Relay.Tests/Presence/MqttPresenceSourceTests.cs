using System.Diagnostics.Metrics;
using System.Threading.Channels;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;
using CloudKick.Relay.Cloud;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Presence;
using CloudKick.Relay.Publishing;
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
        var certificate = Certificate();
        var source = new MqttPresenceSource(
            new RelayMqttClients(Options.Create(_mqtt), _node, certificate, TimeProvider.System), certificate, new PresenceMetrics(_services.GetRequiredService<IMeterFactory>()), Options.Create(new PresenceOptions()),
            TimeProvider.System, NullLogger<MqttPresenceSource>.Instance);

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

    private RelayCertificate Certificate() => new(
        Options.Create(_mqtt), _services.GetRequiredService<IMeterFactory>(), TimeProvider.System, NullLogger<RelayCertificate>.Instance);

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
