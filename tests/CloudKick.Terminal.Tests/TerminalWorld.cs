using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Threading.Channels;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;
using CloudKick.Tas;
using CloudKick.Testing;

namespace CloudKick.Terminal.Tests;

/// <summary>What a terminal meets: a cloud, a TAS, and a relay that kicks and hears answers.</summary>
internal sealed class TerminalWorld : IAsyncDisposable
{
    /// <summary>A terminal's policy: its own client id, any topic.</summary>
    private const string AnyTopic = """
        {
          "Version": "2012-10-17",
          "Statement": [
            { "Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:*:*:client/${iot:Connection.Thing.ThingName}" },
            { "Effect": "Allow", "Action": ["iot:Subscribe", "iot:Receive", "iot:Publish"], "Resource": "*" }
          ]
        }
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cloudkick-terminal-");
    private readonly Channel<MqttMessage> _answers = Channel.CreateUnbounded<MqttMessage>();
    private readonly ConcurrentStack<IAsyncDisposable> _owned = [];
    private MqttClient _relay = null!;

    public RecordingGate Gate { get; } = new();

    public TerminalHistory History { get; } = new();

    public LocalCloudServer Cloud { get; private set; } = null!;

    public TasServer Tas { get; private set; } = null!;

    public static async Task<TerminalWorld> StartAsync(CancellationToken cancellationToken)
    {
        var world = new TerminalWorld();
        // Terminals use topics that the rendered policies do not allow; the listener hears answers on any.
        var options = new LocalCloudOptions
        {
            Port = 0,
            DataDirectory = world._directory.FullName,
            Policies = new LocalCloudPolicies { Terminal = AnyTopic, Relay = LocalCloudPolicies.AllowEverything.Relay },
            Quotas = LocalCloudQuotas.None, // a few kicks within a second, and terminals that return at once
        };
        world.Cloud = await LocalCloudServer.StartAsync(options, cancellationToken: cancellationToken);
        world._owned.Push(world.Cloud);
        world.Tas = await TasServer.StartAsync(new TasOptions { Address = IPAddress.Loopback, Port = 0 }, world.Gate, null, null, cancellationToken);
        world._owned.Push(world.Tas);
        world._relay = new MqttClient(new MqttClientOptions
        {
            Endpoint = world.Endpoint("relay"),
            ClientId = "relay-test-1",
            MessageReceived = (message, _) =>
            {
                world._answers.Writer.TryWrite(message);
                return ValueTask.CompletedTask;
            },
        });
        world._owned.Push(world._relay);
        await world._relay.ConnectAsync(cancellationToken);
        await world._relay.SubscribeAsync([new MqttSubscription("+/+/ack", MqttQualityOfService.AtLeastOnce)], cancellationToken);
        return world;
    }

    public MqttEndpoint Endpoint(string thingName)
    {
        var device = Cloud.IssueDeviceCertificate(thingName);
        return new MqttEndpoint("localhost", Cloud.Port)
        {
            Tls = new MqttTlsOptions
            {
                ApplicationProtocols = ["x-amzn-mqtt-ca"],
                ClientCertificate = device.ToX509Certificate(),
                TrustedRoots = [device.ToCaCertificate()],
            },
        };
    }

    public TerminalOptions Options(string terminalId = "NL000123") => new()
    {
        TerminalId = terminalId,
        Mqtt = Endpoint(terminalId),
        TasRetryJitter = 0,
        Observer = History.Add,
    };

    public async Task<SimulatedTerminal> AddAsync(TerminalOptions options, CancellationToken cancellationToken, TimeProvider? timeProvider = null)
    {
        var terminal = new SimulatedTerminal(options, timeProvider);
        _owned.Push(terminal);
        await terminal.StartAsync(cancellationToken);
        return terminal;
    }

    public Task<SimulatedTerminal> AddAsync(TerminalBehaviour behaviour, CancellationToken cancellationToken, TimeProvider? timeProvider = null) =>
        AddAsync(Options() with { Behaviour = behaviour }, cancellationToken, timeProvider);

    public KickMessage Kick(string kickId = "kck_1", string terminalId = "NL000123", TimeProvider? clock = null) =>
        Kicks.Message(terminalId, kickId, (clock ?? TimeProvider.System).GetUtcNow().AddSeconds(30), Tas.Port);

    public Task PublishAsync(KickMessage kick, CancellationToken cancellationToken) => PublishAsync(Kicks.Published(kick), cancellationToken);

    public async Task PublishAsync(MqttMessage message, CancellationToken cancellationToken) =>
        Assert.That(await _relay.PublishAsync(message, cancellationToken), Is.EqualTo(MqttReasonCode.Success).Or.EqualTo(MqttReasonCode.NoMatchingSubscribers));

    public async Task<(MqttMessage Message, string Json)> NextAnswerAsync(CancellationToken cancellationToken)
    {
        var message = await _answers.Reader.ReadAsync(cancellationToken);
        return (message, Encoding.UTF8.GetString(message.Payload.Span));
    }

    public bool HasAnswer => _answers.Reader.Count > 0;

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out var owned))
            await owned.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
