using System.Diagnostics.Metrics;
using System.Text;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;
using CloudKick.Relay.Cloud;
using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Publishing;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Tests.Publishing;

/// <summary>The transports with the pool of MQTT connections, towards a broker or a cloud of the test's.</summary>
internal sealed class TransportUnderTest : IAsyncDisposable
{
    // Nobody is there; answers are not written in these tests.
    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create("Host=127.0.0.1;Port=9;Username=nobody");
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ILoggerFactory _loggers;

    private readonly PublishingMetrics _metrics;
    private readonly LateCheck _lateCheck;
    private readonly IOptions<PublishingOptions> _publishing;
    private readonly IotDataClients _api;

    public TransportUnderTest(RelayMqttOptions mqtt, PublishingOptions? publishing = null, TimeProvider? timeProvider = null, AwsOptions? aws = null, TenantDatabase? database = null)
    {
        Clock = timeProvider ?? TimeProvider.System;
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(Logs));
        _publishing = Options.Create(publishing ?? new PublishingOptions());
        var mqttOptions = Options.Create(mqtt);
        var meters = _services.GetRequiredService<IMeterFactory>();
        Counters = new CounterReadings(meters);
        _metrics = new PublishingMetrics(meters);
        Certificate = new RelayCertificate(mqttOptions, meters, Clock, _loggers.CreateLogger<RelayCertificate>());
        Pool = new MqttConnectionPool(
            new RelayMqttClients(mqttOptions, new NodeIdentity("node"), Certificate, Clock),
            new KickAnswers(_database, new NodeIdentity("node"), _loggers.CreateLogger<KickAnswers>()), Certificate, mqttOptions, _publishing, _metrics, Clock,
            _loggers.CreateLogger<MqttConnectionPool>());
        _lateCheck = new LateCheck(database ?? new TenantDatabase(_database), Clock);
        Refusals = new RouteRefusals(_metrics, Clock, _loggers.CreateLogger<RouteRefusals>());
        Transport = new MqttKickTransport(
            Pool, Refusals, _lateCheck, new PoolLimit(_metrics, Clock, _loggers.CreateLogger<PoolLimit>()), _metrics, _publishing, mqttOptions, Clock);
        var awsOptions = Options.Create(aws ?? new AwsOptions());
        _api = new IotDataClients(_publishing, awsOptions, mqttOptions, new AwsClients(awsOptions), Certificate);
        Https = new HttpsKickTransport(_api, Refusals, _lateCheck, _metrics, _publishing, Clock, _loggers.CreateLogger<HttpsKickTransport>());
        Auto = new AutoKickTransport(Transport, Https, _metrics, _publishing, Clock);
    }

    public TimeProvider Clock { get; }

    public LogRecords Logs { get; } = new();

    public CounterReadings Counters { get; }

    /// <summary>What the cloud refused so far, as operators see it.</summary>
    public long CountedRefusals => Counters.Of("cloudkick.cloud.refusals");

    public RelayCertificate Certificate { get; }

    public MqttConnectionPool Pool { get; }

    public RouteRefusals Refusals { get; }

    public MqttKickTransport Transport { get; }

    public HttpsKickTransport Https { get; }

    public AutoKickTransport Auto { get; }

    /// <summary>Settings for a broker without TLS on this machine, with no connections but those that publish.</summary>
    public static RelayMqttOptions Mqtt(ScriptedCloud cloud, int connections = 1) =>
        new() { Host = "127.0.0.1", Port = cloud.Port, Tls = false, Connections = connections, AnswerConnections = 0 };

    /// <summary>Settings for a stand-in of the cloud, with the relay's certificate in this directory, and no connections but those that publish.</summary>
    public static RelayMqttOptions Mqtt(LocalCloudServer cloud, string certificates, int connections = 1) => new()
    {
        Host = "localhost",
        Port = cloud.Port,
        CaFile = cloud.CaFile,
        CertificateFile = Path.Combine(certificates, DeviceCertificate.CertificateFile),
        PrivateKeyFile = Path.Combine(certificates, DeviceCertificate.PrivateKeyFile),
        Connections = connections,
        AnswerConnections = 0,
    };

    /// <summary>Settings for its HTTPS APIs, as one of the identities of its credentials file.</summary>
    public static AwsOptions Aws(LocalCloudServer cloud, string profile = "relay") => new()
    {
        Region = "eu-central-1",
        CredentialsFile = cloud.CredentialsFile,
        Profile = profile,
        CaFile = cloud.CaFile,
    };

    /// <summary>The transport by direct message; the caller disposes it.</summary>
    public DirectKickTransport CreateDirect(TenantDatabase database) =>
        new(_api, database, Refusals, _lateCheck, _metrics, _publishing, Clock, _loggers.CreateLogger<DirectKickTransport>());

    /// <summary>Starts the pool and waits until all its connections are up.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Pool.StartAsync(cancellationToken);
        await UpAsync(cancellationToken);
    }

    public Task UpAsync(CancellationToken cancellationToken) =>
        Eventually.HoldsAsync(() => Pool.Publishing.Concat(Pool.Answering).All(slot => slot.IsUp), cancellationToken);

    /// <summary>Connection after connection is closed on a route, so that it is refused; and now it is time for a probe.</summary>
    public void RefuseUntilProbed(ManualTimeProvider clock)
    {
        for (var closures = 0; closures < 3; closures++)
            Refusals.ClosedOn("NL-CAT", sent: clock.GetTimestamp());
        Assert.That(Refusals.Causes, Has.Count.EqualTo(1));
        clock.Advance(TimeSpan.FromMinutes(1));
    }

    public Task<AttemptResult> PublishAsync(string subscriptionTopic = "NL-CAT", TimeSpan? timeout = null, int ttlSeconds = 30) => Transport.PublishAsync(
        Attempt(subscriptionTopic), Message(subscriptionTopic), TimeSpan.FromSeconds(ttlSeconds), timeout ?? TimeSpan.FromSeconds(4));

    public static MqttMessage Message(string subscriptionTopic = "NL-CAT", string terminal = "NL000123") => new()
    {
        Topic = $"{subscriptionTopic}/{terminal}",
        Payload = Encoding.UTF8.GetBytes("{}"),
        QualityOfService = MqttQualityOfService.AtLeastOnce,
    };

    public static KickAttempt Attempt(string subscriptionTopic = "NL-CAT", int number = 1, string terminal = "NL000123") => new()
    {
        Kick = new KickId(Guid.CreateVersion7(TimeProvider.System.GetUtcNow())),
        TerminalId = terminal,
        Number = number,
        TopicTemplate = "{subscriptionTopic}/{terminalId}",
        SubscriptionTopic = subscriptionTopic,
        AccessProtocol = "OPI_NL",
        AcceptedAt = TimeProvider.System.GetUtcNow(),
        ExpiresAt = TimeProvider.System.GetUtcNow().AddSeconds(30),
        RemainingWhenLeased = TimeSpan.FromSeconds(30),
        LeasedTimestamp = TimeProvider.System.GetTimestamp(),
        // Not to be asked about again, however long it waits: nobody is there.
        CheckedTimestamp = long.MaxValue / 2,
    };

    public async ValueTask DisposeAsync()
    {
        var stopping = Pool.StopAsync(CancellationToken.None);
        // What a test that failed left without an answer is waited for by its clock, which nobody else moves any more.
        if (Clock is ManualTimeProvider clock)
        {
            await Eventually.HoldsAsync(
                () =>
                {
                    clock.Advance(TimeSpan.FromSeconds(1));
                    return stopping.IsCompleted;
                },
                CancellationToken.None);
        }
        await stopping;
        Pool.Dispose();
        Https.Dispose();
        _api.Dispose();
        Certificate.Dispose();
        await _database.DisposeAsync();
        Counters.Dispose();
        await _services.DisposeAsync();
        _loggers.Dispose();
    }
}
