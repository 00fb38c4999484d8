using System.Diagnostics.Metrics;
using System.Text;
using CloudKick.Mqtt;
using CloudKick.Relay.Cloud;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Publishing;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Tests.Publishing;

/// <summary>The MQTT transport with its pool, towards a broker of the test's.</summary>
internal sealed class TransportUnderTest : IAsyncDisposable
{
    // Nobody is there; answers are not written in these tests.
    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create("Host=127.0.0.1;Port=9;Username=nobody");
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ILoggerFactory _loggers;

    public TransportUnderTest(RelayMqttOptions mqtt, PublishingOptions? publishing = null, TimeProvider? timeProvider = null)
    {
        Clock = timeProvider ?? TimeProvider.System;
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(Logs));
        var publishingOptions = Options.Create(publishing ?? new PublishingOptions());
        var mqttOptions = Options.Create(mqtt);
        var meters = _services.GetRequiredService<IMeterFactory>();
        var metrics = new PublishingMetrics(meters);
        Certificate = new RelayCertificate(mqttOptions, meters, Clock, _loggers.CreateLogger<RelayCertificate>());
        Pool = new MqttConnectionPool(
            new RelayMqttClients(mqttOptions, new NodeIdentity("node"), Certificate, Clock),
            new KickAnswers(_database, _loggers.CreateLogger<KickAnswers>()), Certificate, mqttOptions, publishingOptions, metrics, Clock,
            _loggers.CreateLogger<MqttConnectionPool>());
        Refusals = new RouteRefusals(metrics, Clock, _loggers.CreateLogger<RouteRefusals>());
        Transport = new MqttKickTransport(
            Pool, Refusals, new PoolLimit(metrics, Clock, _loggers.CreateLogger<PoolLimit>()), metrics, publishingOptions, mqttOptions, Clock);
    }

    public TimeProvider Clock { get; }

    public LogRecords Logs { get; } = new();

    public RelayCertificate Certificate { get; }

    public MqttConnectionPool Pool { get; }

    public RouteRefusals Refusals { get; }

    public MqttKickTransport Transport { get; }

    /// <summary>Settings for a broker without TLS on this machine, with no connections but those that publish.</summary>
    public static RelayMqttOptions Mqtt(ScriptedCloud cloud, int connections = 1) =>
        new() { Host = "127.0.0.1", Port = cloud.Port, Tls = false, Connections = connections, AnswerConnections = 0 };

    /// <summary>Starts the pool and waits until all its connections are up.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Pool.StartAsync(cancellationToken);
        await UpAsync(cancellationToken);
    }

    public Task UpAsync(CancellationToken cancellationToken) =>
        Eventually.HoldsAsync(() => Pool.Publishing.Concat(Pool.Answering).All(slot => slot.IsUp), cancellationToken);

    public Task<AttemptResult> PublishAsync(string subscriptionTopic = "NL-CAT", TimeSpan? timeout = null, int ttlSeconds = 30) => Transport.PublishAsync(
        Attempt(subscriptionTopic), Message(subscriptionTopic), TimeSpan.FromSeconds(ttlSeconds), timeout ?? TimeSpan.FromSeconds(4));

    public static MqttMessage Message(string subscriptionTopic = "NL-CAT") => new()
    {
        Topic = $"{subscriptionTopic}/NL000123",
        Payload = Encoding.UTF8.GetBytes("{}"),
        QualityOfService = MqttQualityOfService.AtLeastOnce,
    };

    public static KickAttempt Attempt(string subscriptionTopic = "NL-CAT", int number = 1) => new()
    {
        Kick = new KickId(Guid.CreateVersion7(TimeProvider.System.GetUtcNow())),
        TerminalId = "NL000123",
        Number = number,
        TopicTemplate = "{subscriptionTopic}/{terminalId}",
        SubscriptionTopic = subscriptionTopic,
        AccessProtocol = "OPI_NL",
        AcceptedAt = TimeProvider.System.GetUtcNow(),
        ExpiresAt = TimeProvider.System.GetUtcNow().AddSeconds(30),
        RemainingWhenLeased = TimeSpan.FromSeconds(30),
        LeasedTimestamp = TimeProvider.System.GetTimestamp(),
    };

    public async ValueTask DisposeAsync()
    {
        await Pool.StopAsync(CancellationToken.None);
        Pool.Dispose();
        Certificate.Dispose();
        await _database.DisposeAsync();
        await _services.DisposeAsync();
        _loggers.Dispose();
    }
}
