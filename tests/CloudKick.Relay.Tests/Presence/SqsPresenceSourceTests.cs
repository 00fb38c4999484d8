using CloudKick.LocalCloud;
using CloudKick.Mqtt;
using CloudKick.Relay.Presence;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CloudKick.Relay.Tests.Presence;

/// <summary>A relay that hears of terminals through a queue, read over HTTP.</summary>
[CancelAfter(120_000)]
internal sealed class SqsPresenceSourceTests
{
    private string _credentials = null!;
    private Shop _shop = null!;
    private QueueStandIn _queue = null!;
    private RelayHost? _relay;

    [SetUp]
    public async Task OpenShop()
    {
        _credentials = Path.GetTempFileName();
        await File.WriteAllTextAsync(_credentials, "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n");
        _shop = await Shop.OpenAsync();
        _queue = await QueueStandIn.StartAsync();
    }

    [TearDown]
    public async Task CloseShop()
    {
        if (_relay is not null)
            await _relay.DisposeAsync();
        _relay = null;
        await _queue.DisposeAsync();
        await _shop.DisposeAsync();
        File.Delete(_credentials);
    }

    [Test]
    public async Task Events_are_recorded_and_then_deleted(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("T1", _shop.Bakery, cancellationToken);
        await StartRelayAsync(cancellationToken);

        _queue.Send(Event("T1", true, 1));
        var online = await PresenceAsync("T1", "online", cancellationToken);
        _queue.Send(Event("T1", false, 1));
        var offline = await PresenceAsync("T1", "offline", cancellationToken);
        await QueueIsEmptyAsync(cancellationToken);

        Assert.That(online.IpAddress, Is.EqualTo("192.0.2.7"));
        Assert.That(offline.LastDisconnectReason, Is.EqualTo("CONNECTION_LOST"));
        Assert.That(_queue.DeadLetters, Is.Empty);
    }

    [Test]
    public async Task Events_that_come_twice_and_out_of_order_are_sorted(CancellationToken cancellationToken)
    {
        string[] terminals = [.. Enumerable.Range(1, 40).Select(n => $"T{n}")];
        foreach (var terminal in terminals)
            await _shop.AddTerminalAsync(terminal, _shop.Bakery, cancellationToken);
        string[] events =
        [
            .. terminals.Select(terminal => Event(terminal, true, 3)),
            .. terminals.SelectMany(terminal => new[] { Event(terminal, false, 2), Event(terminal, true, 1), Event(terminal, true, 3), Event(terminal, false, 1) }),
        ];

        _queue.Send(events);
        await StartRelayAsync(cancellationToken);
        await QueueIsEmptyAsync(cancellationToken);

        foreach (var terminal in terminals)
            Assert.That((await FindAsync(terminal, cancellationToken)).State, Is.EqualTo("online"));
    }

    [Test]
    public async Task An_event_whose_deletion_failed_comes_again_and_changes_nothing(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("T1", _shop.Bakery, cancellationToken);
        _queue.Refuse = operation => operation == "DeleteMessageBatch" ? (500, "InternalError") : null;
        await StartRelayAsync(cancellationToken);
        _queue.Send(Event("T1", true, 1));
        await PresenceAsync("T1", "online", cancellationToken);
        await Eventually.HoldsAsync(() => _queue.Calls.Contains("DeleteMessageBatch"), cancellationToken);

        _queue.Refuse = _ => null;
        _queue.Send(Event("T1", false, 1));
        await PresenceAsync("T1", "offline", cancellationToken);
        _queue.ShowHidden();
        await QueueIsEmptyAsync(cancellationToken);

        Assert.That((await FindAsync("T1", cancellationToken)).State, Is.EqualTo("offline"));
    }

    [Test]
    public async Task What_is_no_event_is_told_and_left_to_the_dead_letter_queue(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("T1", _shop.Bakery, cancellationToken);
        await StartRelayAsync(cancellationToken);
        await Eventually.HoldsAsync(() => Logged(4305).Length == 1, cancellationToken);

        _queue.Send("canary, no JSON", Event("T1", true, 1));
        await PresenceAsync("T1", "online", cancellationToken);
        for (var delivery = 1; delivery <= 5; delivery++)
        {
            await Eventually.HoldsAsync(() => _queue.Hidden == 1 && _queue.Bodies.Count == 1 && Logged(4309).Length == delivery, cancellationToken);
            _queue.ShowHidden();
        }

        Assert.That(_queue.DeadLetters, Is.EqualTo(new[] { "canary, no JSON" }));
        Assert.That(Logged(4309), Is.All.Contains(QueueStandIn.DeadLetterArn).And.All.Contains("not JSON").And.None.Contains("canary"));
    }

    [Test]
    public async Task An_event_that_the_database_refuses_is_left_and_holds_nobody_up(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("T1", _shop.Bakery, cancellationToken);
        await using (var connection = await _shop.Database.Owner.OpenConnectionAsync(cancellationToken))
        await using (var command = connection.CreateCommand())
        {
            // Stands for whatever the database may one day refuse for what it is.
            command.CommandText = "alter table terminal_presence add constraint no_seven check (version_number <> 7)";
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        await _shop.AddTerminalAsync("T2", _shop.Bakery, cancellationToken);
        await StartRelayAsync(cancellationToken);

        _queue.Send(Event("T2", true, 7), Event("T1", true, 1));
        await PresenceAsync("T1", "online", cancellationToken);
        await Eventually.HoldsAsync(() => _queue.Bodies.Count == 1, cancellationToken);

        Assert.That(_queue.Bodies.Single(), Does.Contain("\"T2\""));
        Assert.That(Logged(4300), Has.Length.EqualTo(1));
    }

    [TestCase(503, "ServiceUnavailable", "SQS failed")]
    [TestCase(403, "AccessDeniedException", "sqs:ReceiveMessage")]
    [TestCase(403, "RequestThrottled", "SQS failed")]
    [TestCase(400, "QueueDoesNotExist", "CloudKick:Presence:QueueUrl")]
    public async Task A_queue_that_is_away_is_told_once_and_read_again_when_it_is_back(int status, string code, string told, CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("T1", _shop.Bakery, cancellationToken);
        _queue.Refuse = _ => (status, code);
        _queue.Send(Event("T1", true, 1));
        await StartRelayAsync(cancellationToken);
        await Eventually.HoldsAsync(() => Logged(4307).Length == 1, cancellationToken);
        var away = await HealthAsync(cancellationToken);

        _queue.Refuse = _ => null;
        await PresenceAsync("T1", "online", cancellationToken);
        var back = await HealthAsync(cancellationToken);

        Assert.That(away, Does.StartWith("degraded").And.Contains(told));
        Assert.That(back, Does.StartWith("ok"));
        Assert.That(Logged(4307), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Events_wait_in_the_queue_while_the_database_is_away(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("T1", _shop.Bakery, cancellationToken);
        await StartRelayAsync(cancellationToken);
        await using (await DatabaseOutage.BeginAsync(_shop.Database, cancellationToken))
        {
            _queue.Send(Event("T1", true, 1));
            await Eventually.HoldsAsync(() => _queue.Hidden == 1 && Logged(4060).Length > 0, cancellationToken);
            Assert.That(_queue.Calls, Does.Not.Contain("DeleteMessageBatch"));
        }

        await QueueIsEmptyAsync(cancellationToken);
        // The test's own connections were cut too.
        _shop.Database.Service.Clear();
        Assert.That((await FindAsync("T1", cancellationToken)).State, Is.EqualTo("online"));
    }

    [Test]
    public async Task A_node_that_stops_takes_leave_of_its_long_polls_and_loses_nothing(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("T1", _shop.Bakery, cancellationToken);
        await StartRelayAsync(cancellationToken);
        await Eventually.HoldsAsync(() => _queue.Calls.Count(call => call == "ReceiveMessage") >= 4, cancellationToken);

        await _relay!.StopAsync(cancellationToken);
        await Eventually.HoldsAsync(() => _queue.Waiting == 0, cancellationToken);
        var calls = _queue.Calls.Count;
        _queue.Send(Event("T1", true, 1));

        Assert.That(_queue.Calls, Has.Count.EqualTo(calls), "nobody reads any more");
        Assert.That((_queue.Bodies.Count, _queue.Hidden), Is.EqualTo((1, 0)));
        Assert.That(_relay.Logs.All.Where(record => record.Level >= LogLevel.Error), Is.Empty);
    }

    [Test]
    public async Task Events_of_the_cloud_come_through_a_rule_and_the_queue(CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("cloudkick-queue-").FullName;
        await using var cloud = await LocalCloudServer.StartAsync(new LocalCloudOptions { Port = 0, DataDirectory = directory }, cancellationToken: cancellationToken);
        await using var rule = new MqttClient(Options(cloud, directory, "relay", "relay-rule") with
        {
            // SELECT * FROM '$aws/events/presence/+/+': the message itself.
            MessageReceived = (message, _) =>
            {
                _queue.Send(System.Text.Encoding.UTF8.GetString(message.Payload.Span));
                return ValueTask.CompletedTask;
            },
        });
        await rule.ConnectAsync(cancellationToken);
        await rule.SubscribeAsync(
            [
                new(LifecycleEventReader.ConnectedTopics + "+", MqttQualityOfService.AtLeastOnce),
                new(LifecycleEventReader.DisconnectedTopics + "+", MqttQualityOfService.AtLeastOnce),
            ],
            cancellationToken);
        await _shop.AddTerminalAsync("T1", _shop.Bakery, cancellationToken);
        await StartRelayAsync(cancellationToken);

        await using (var terminal = new MqttClient(Options(cloud, directory, "T1", "T1")))
        {
            await terminal.ConnectAsync(cancellationToken);
            await PresenceAsync("T1", "online", cancellationToken);
            await terminal.DisconnectAsync(cancellationToken);
        }
        var offline = await PresenceAsync("T1", "offline", cancellationToken);
        await QueueIsEmptyAsync(cancellationToken);

        Assert.That(offline.LastDisconnectReason, Is.EqualTo("CLIENT_INITIATED_DISCONNECT"));
        Assert.That(Logged(4309), Is.Empty);
        Directory.Delete(directory, recursive: true);
    }

    private static string Event(string client, bool connected, long version) => connected
        ? $$"""{"clientId":"{{client}}","timestamp":{{Milliseconds()}},"eventType":"connected","sessionIdentifier":"s{{version}}","principalIdentifier":"p","ipAddress":"192.0.2.7","versionNumber":{{version}}}"""
        : $$"""{"clientId":"{{client}}","timestamp":{{Milliseconds()}},"eventType":"disconnected","sessionIdentifier":"s{{version}}","principalIdentifier":"p","clientInitiatedDisconnect":false,"disconnectReason":"CONNECTION_LOST","versionNumber":{{version}}}""";

    private static long Milliseconds() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task StartRelayAsync(CancellationToken cancellationToken) => _relay = await RelayHost.StartAsync(
        _shop.Database,
        new RelayHostOptions
        {
            Settings = new Dictionary<string, string?>
            {
                ["CloudKick:Presence:Source"] = "sqs",
                ["CloudKick:Presence:QueueUrl"] = _queue.Url,
                ["CloudKick:Aws:Region"] = "eu-central-1",
                ["CloudKick:Aws:CredentialsFile"] = _credentials,
            },
        },
        cancellationToken);

    private Task QueueIsEmptyAsync(CancellationToken cancellationToken) => Eventually.HoldsAsync(() => _queue.Bodies.Count == 0, cancellationToken);

    private async Task<PresenceAnswer> FindAsync(string terminalId, CancellationToken cancellationToken) =>
        TerminalAnswer.From((await new TerminalDirectory(_shop.Tenants).FindAsync(_shop.Bakery, terminalId, cancellationToken))!).Presence;

    private Task<PresenceAnswer> PresenceAsync(string terminalId, string expected, CancellationToken cancellationToken) =>
        Eventually.HoldsAsync(() => FindAsync(terminalId, cancellationToken), presence => presence.State == expected, cancellationToken);

    private async Task<string> HealthAsync(CancellationToken cancellationToken)
    {
        var health = await _relay!.Services.GetRequiredService<Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckService>()
            .CheckHealthAsync(check => check.Name == "presence", cancellationToken);
        var entry = health.Entries["presence"];
        return $"{(entry.Status is Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy ? "ok" : "degraded")}: {entry.Description}";
    }

    private string[] Logged(int id) => [.. _relay!.Logs.All.Where(record => record.EventId.Id == id).Select(record => record.Message)];

    private static MqttClientOptions Options(LocalCloudServer cloud, string directory, string thing, string clientId)
    {
        var files = Path.Combine(directory, clientId);
        Directory.CreateDirectory(files);
        cloud.IssueDeviceCertificate(thing).WriteTo(files);
        var roots = new System.Security.Cryptography.X509Certificates.X509Certificate2Collection();
        roots.ImportFromPemFile(cloud.CaFile);
        return new MqttClientOptions
        {
            Endpoint = new MqttEndpoint("localhost", cloud.Port)
            {
                Tls = new MqttTlsOptions
                {
                    ApplicationProtocols = ["x-amzn-mqtt-ca"],
                    TrustedRoots = roots,
                    ClientCertificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(
                        Path.Combine(files, DeviceCertificate.CertificateFile), Path.Combine(files, DeviceCertificate.PrivateKeyFile)),
                },
            },
            ClientId = clientId,
        };
    }
}
