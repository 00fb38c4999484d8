using System.Collections.Concurrent;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;
using CloudKick.Relay.Publishing;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Testing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudKick.Relay.Tests.Publishing;

/// <summary>Kicks by direct message, over the stand-in's HTTPS API, to terminals of the test's.</summary>
[CancelAfter(60_000)]
internal sealed class DirectKickTransportTests
{
    private const string Terminal = "NL000123";
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<MqttMessage> _received = [];
    private string _directory = null!;
    private Shop _shop = null!;
    private LocalCloudServer _cloud = null!;
    private TransportUnderTest _test = null!;
    private DirectKickTransport _direct = null!;

    [SetUp]
    public async Task StartCloud()
    {
        _received.Clear();
        _directory = Directory.CreateTempSubdirectory("cloudkick-direct-").FullName;
        _cloud = await LocalCloudServer.StartAsync(new LocalCloudOptions { Port = 0, DataDirectory = Path.Combine(_directory, "cloud") });
        _cloud.IssueDeviceCertificate("relay").WriteTo(_directory);
        _shop = await Shop.OpenAsync();
        await _shop.AddTerminalAsync(Terminal, _shop.Bakery, CancellationToken.None);
        _test = new TransportUnderTest(TransportUnderTest.Mqtt(_cloud, _directory));
        _direct = _test.CreateDirect(_shop.Tenants);
    }

    [TearDown]
    public async Task StopCloud()
    {
        _direct.Dispose();
        await _test.DisposeAsync();
        await _shop.DisposeAsync();
        await _cloud.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task A_confirmed_message_is_delivered_though_nothing_is_subscribed_to(CancellationToken cancellationToken)
    {
        await using var terminal = await ConnectAsync(cancellationToken);

        var result = await PublishAsync(TransportUnderTest.Message() with { ContentType = "application/json", ResponseTopic = "NL-CAT/NL000123/ack" });

        Assert.That(result, Is.EqualTo(new AttemptResult(AttemptOutcome.Delivered)));
        var received = _received.Single();
        Assert.That((received.Topic, received.ContentType, received.ResponseTopic), Is.EqualTo(("NL-CAT/NL000123", "application/json", "NL-CAT/NL000123/ack")));
        Assert.That(received.Payload.ToArray(), Is.EqualTo("{}"u8.ToArray()));
    }

    [Test]
    public async Task A_terminal_that_is_not_connected_is_offline_and_the_way_is_open()
    {
        var result = await PublishAsync(TransportUnderTest.Message());

        Assert.That(result.Outcome, Is.EqualTo(AttemptOutcome.Offline));
        Assert.That(_direct.IsUp, Is.True);
    }

    [Test]
    public async Task A_terminal_that_does_not_confirm_may_have_it(CancellationToken cancellationToken)
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var terminal = await ConnectAsync(cancellationToken, held.Task);
        // The relay's clock stands still, so that it is the cloud that does not wait any longer.
        await using var test = new TransportUnderTest(TransportUnderTest.Mqtt(_cloud, _directory), timeProvider: new ManualTimeProvider(TimeProvider.System.GetUtcNow()));
        using var direct = test.CreateDirect(_shop.Tenants);

        var result = await direct.PublishAsync(TransportUnderTest.Attempt(), TransportUnderTest.Message(), Life, TimeSpan.FromSeconds(2)).WaitAsync(cancellationToken);
        held.SetResult();

        Assert.That(result.Outcome, Is.EqualTo(AttemptOutcome.Unknown));
        Assert.That(result.Detail, Does.Contain("did not acknowledge"));
        Assert.That(_received, Has.Count.EqualTo(1));
        Assert.That(direct.IsUp, Is.True, "the terminal is silent, not the cloud");
    }

    [Test]
    public async Task A_topic_that_the_terminal_may_not_receive_is_refused_and_says_whose_policy_it_is(CancellationToken cancellationToken)
    {
        await using var terminal = await ConnectAsync(cancellationToken);

        // Within what the relay may send, and of another terminal.
        var result = await PublishAsync(TransportUnderTest.Message(terminal: "NL000999"));

        Assert.That(result.Outcome, Is.EqualTo(AttemptOutcome.Refused));
        Assert.That(result.Detail, Does.Contain("client NL000123 receive direct messages: does the terminal's policy allow iot:Receive on topic/NL-CAT/NL000999?"));
        Assert.That(result.Denial, Is.EqualTo(Denial.None));
        Assert.That(_received, Is.Empty);
    }

    [Test]
    public async Task What_one_terminals_policy_forbids_is_not_the_ways_state(CancellationToken cancellationToken)
    {
        await using var terminal = await ConnectAsync(cancellationToken);

        await PublishAsync(TransportUnderTest.Message(terminal: "NL000999"));

        Assert.That(_direct.Status.Health, Is.EqualTo(HealthStatus.Healthy));
        Assert.That(_direct.Status.Detail, Does.Not.Contain("NL000"), "anybody may ask /health/ready");
        Assert.That(_test.CountedRefusals, Is.Zero);
        Assert.That(_test.Logs.All.Select(record => record.EventId.Id), Has.None.EqualTo(4227));
    }

    [Test]
    public async Task A_topic_that_the_relay_may_not_send_is_refused(CancellationToken cancellationToken)
    {
        await using var terminal = await ConnectAsync(cancellationToken);

        var result = await _direct.PublishAsync(TransportUnderTest.Attempt("XX-CAT"), TransportUnderTest.Message("XX-CAT"), Life, Patience);

        Assert.That(result.Outcome, Is.EqualTo(AttemptOutcome.Refused));
        Assert.That(result.Detail, Does.Contain("iot:SendDirectMessage on client/*"));
        Assert.That(_received, Is.Empty);
        AssertShown("the relay's policy allow iot:SendDirectMessage on client/* where iot:Topic is XX-CAT or XX-CAT/*?");
        Assert.That(_direct.Status.Detail, Does.Not.Contain("iot:Publish"), "which is not what a direct message needs");
    }

    [Test]
    public async Task A_refusal_of_one_way_leaves_it_open_for_the_kicks_that_are_allowed(CancellationToken cancellationToken)
    {
        await using var terminal = await ConnectAsync(cancellationToken);
        await _direct.PublishAsync(TransportUnderTest.Attempt("XX-CAT"), TransportUnderTest.Message("XX-CAT"), Life, Patience);

        var allowed = await PublishAsync(TransportUnderTest.Message());

        Assert.That(allowed.Outcome, Is.EqualTo(AttemptOutcome.Delivered));
        Assert.That(_direct.IsUp, Is.True);
        Assert.That(_direct.Reserve(Life, out _), Is.Null);
    }

    [Test]
    public async Task A_terminal_that_is_not_registered_any_more_is_refused()
    {
        var result = await _direct.PublishAsync(TransportUnderTest.Attempt(terminal: "GONE"), TransportUnderTest.Message(), Life, Patience);

        Assert.That(result, Is.EqualTo(new AttemptResult(AttemptOutcome.Refused, "the terminal is not registered any more")));
    }

    [Test]
    public async Task Without_the_database_nothing_is_sent(CancellationToken cancellationToken)
    {
        await using var terminal = await ConnectAsync(cancellationToken);
        await using (await DatabaseOutage.BeginAsync(_shop.Database, cancellationToken))
        {
            _shop.Database.Service.Clear();
            var result = await PublishAsync(TransportUnderTest.Message());

            Assert.That(result.Outcome, Is.EqualTo(AttemptOutcome.NotSent));
        }
        Assert.That(_received, Is.Empty);
    }

    /// <summary>The operator sees what the relay may not do: in the health's words, in the metric, and once in the log.</summary>
    private void AssertShown(string cause)
    {
        Assert.That(_direct.Status.Health, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(_direct.Status.Detail, Does.Contain(cause));
        Assert.That(_test.CountedRefusals, Is.EqualTo(1));
        Assert.That(_test.Logs.All.Where(record => record.EventId.Id == 4227).Select(record => record.Message), Has.One.Contain(cause));
    }

    private Task<AttemptResult> PublishAsync(MqttMessage message) => _direct.PublishAsync(TransportUnderTest.Attempt(), message, Life, Patience);

    /// <summary>A terminal that takes what comes, and confirms it when it may.</summary>
    private async Task<MqttClient> ConnectAsync(CancellationToken cancellationToken, Task? confirmWhen = null)
    {
        var certificate = _cloud.IssueDeviceCertificate(Terminal);
        var client = new MqttClient(new MqttClientOptions
        {
            Endpoint = new MqttEndpoint("localhost", _cloud.Port)
            {
                Tls = new MqttTlsOptions
                {
                    ApplicationProtocols = ["x-amzn-mqtt-ca"],
                    ClientCertificate = certificate.ToX509Certificate(),
                    TrustedRoots = [certificate.ToCaCertificate()],
                },
            },
            ClientId = Terminal,
            MessageReceived = async (message, token) =>
            {
                _received.Enqueue(message);
                await (confirmWhen ?? Task.CompletedTask).WaitAsync(token);
            },
        });
        await client.ConnectAsync(cancellationToken);
        return client;
    }
}
