using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using CloudKick.AwsIot.Queues;
using CloudKick.Cli.CommandLine;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;
using CloudKick.Testing;

namespace CloudKick.Cli.Tests.Doctor;

/// <summary><c>doctor cloud</c> where presence comes through a queue: visitors come and go, and their events must be found in it.</summary>
[CancelAfter(60_000)]
internal sealed class DoctorPresenceQueueTests
{
    private CloudUnderExamination _cloud = null!;
    private QueueStandIn _queue = null!;

    [SetUp]
    public async Task Start()
    {
        _cloud = await CloudUnderExamination.StartAsync(CancellationToken.None);
        _queue = await QueueStandIn.StartAsync();
    }

    [TearDown]
    public async Task Stop()
    {
        await _queue.DisposeAsync();
        await _cloud.DisposeAsync();
    }

    [Test]
    public async Task Events_that_flow_are_found_and_taken_out_and_those_of_others_stay(CancellationToken cancellationToken)
    {
        string[] terminals = [.. Enumerable.Range(1, 12).Select(OldEvent)];
        _queue.Send(terminals);
        await using var rule = await RuleAsync(cancellationToken);

        var run = await ExamineAsync(cancellationToken);

        Assert.That(run.Verdicts, Is.EqualTo(new[]
        {
            "credentials ok", "endpoint ok", "mqtt ok", "publish-mqtt ok", "publish-https ok", "publish-signed ok", "queue ok", "presence ok",
        }));
        Assert.That(run.Evidence("presence"), Does.Contain("came and went, and both events arrived in the queue within"));
        Assert.That(_queue.Bodies, Is.SupersetOf(terminals));
        Assert.That(_queue.Calls.Distinct(), Is.EquivalentTo(new[] { "GetQueueAttributes", "ReceiveMessage", "DeleteMessageBatch" }));
    }

    [Test]
    public async Task The_relays_settings_name_the_queue(CancellationToken cancellationToken)
    {
        await using var rule = await RuleAsync(cancellationToken);

        var run = await DoctorRun.OfAsync(
            "cloud", _cloud.Options(), cancellationToken, ("CloudKick__Presence__Source", "Sqs"), ("CloudKick__Presence__QueueUrl", _queue.Url));

        Assert.That(run.Verdicts, Is.SupersetOf(new[] { "queue ok", "presence ok" }));
    }

    [Test]
    public async Task Without_a_rule_nothing_flows_and_the_doctor_says_where_to_look(CancellationToken cancellationToken)
    {
        _queue.Send(OldEvent(1));

        var run = await ExamineAsync(cancellationToken, "--timeout", "6");

        Assert.That(run.Verdicts, Is.SupersetOf(new[] { "mqtt ok", "queue ok", "presence failed" }));
        Assert.That(run.Evidence("presence"), Does.Match("^[0-9] visitors? came and went, and within .* no event of theirs was in the queue, nor of any other client$"));
        Assert.That(run.Fix("presence"), Does.Contain("aws iot list-topic-rules").And.Contain("terraform/modules/presence").And.Contain("cloudkick.presence.received"));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
    }

    [Test]
    public async Task What_the_relay_takes_first_is_not_missing(CancellationToken cancellationToken)
    {
        // The first visitor's events went to a node of the relay.
        await using var rule = await RuleAsync(cancellationToken, takenByTheRelay: body => body.Contains("-visitor-1\"", StringComparison.Ordinal));

        var run = await ExamineAsync(cancellationToken);

        Assert.That(run.Verdict("presence"), Is.EqualTo("ok"));
        Assert.That(run.Evidence("presence"), Does.Match("^[2-9] visitors came and went, and both events arrived"));
    }

    [Test]
    public async Task A_relay_that_reads_at_the_same_time_neither_hides_the_events_nor_loses_its_own(CancellationToken cancellationToken)
    {
        await using var rule = await RuleAsync(cancellationToken);
        _queue.Send(OldEvent(7));
        var taken = new ConcurrentQueue<string>();

        DoctorRun run = null!;
        await WhileARelayReadsAsync(taken, async () => run = await ExamineAsync(cancellationToken));
        // What was given to somebody whom it no longer reached comes back when its time is up.
        await Eventually.HoldsAsync(() => _queue.Waiting == 0, cancellationToken);
        _queue.ShowHidden();
        _queue.Send(OldEvent(8));
        await WhileARelayReadsAsync(
            taken,
            () => Eventually.HoldsAsync(() => taken.Contains(OldEvent(7)) && taken.Contains(OldEvent(8)) && _queue.Bodies.Count == 0, cancellationToken));

        Assert.That(run.Verdict("presence"), Is.EqualTo("ok"), run.Written);
        Assert.That(_queue.DeadLetters, Is.Empty);
    }

    [Test]
    public async Task Other_clients_fresh_events_are_evidence_too(CancellationToken cancellationToken)
    {
        await using var rule = await RuleAsync(cancellationToken, takenByTheRelay: body => body.Contains("-visitor-", StringComparison.Ordinal));
        _queue.Send(JsonSerializer.Serialize(new { clientId = "NL000123", eventType = "connected", timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() }));

        var run = await ExamineAsync(cancellationToken, "--timeout", "6");

        Assert.That(run.Verdict("presence"), Is.EqualTo("ok"));
        Assert.That(run.Evidence("presence"), Does.StartWith("Events arrive in the queue:").And.Contain("of other clients"));
    }

    [Test]
    public async Task A_rule_that_knows_only_half_of_the_events_is_a_warning(CancellationToken cancellationToken)
    {
        await using var rule = await RuleAsync(cancellationToken, takenByTheRelay: body => body.Contains("\"disconnected\"", StringComparison.Ordinal));

        var run = await ExamineAsync(cancellationToken, "--timeout", "6");

        Assert.That(run.Verdict("presence"), Is.EqualTo("warning"));
        Assert.That(run.Fix("presence"), Does.Contain("$aws/events/presence/disconnected/+"));
    }

    [TestCase("ReceiveMessage", "presence", "failed", "sqs:ReceiveMessage")]
    [TestCase("DeleteMessageBatch", "presence", "warning", "sqs:DeleteMessage")]
    [TestCase("GetQueueAttributes", "queue", "failed", "sqs:GetQueueAttributes")]
    public async Task What_the_credentials_may_not_do_with_the_queue_is_named(
        string operation, string check, string verdict, string permission, CancellationToken cancellationToken)
    {
        await using var rule = await RuleAsync(cancellationToken);
        _queue.Refuse = called => called == operation ? (403, "AccessDeniedException") : null;

        var run = await ExamineAsync(cancellationToken);

        Assert.That(run.Verdict(check), Is.EqualTo(verdict), run.Written);
        Assert.That(run.Evidence(check), Does.Contain(permission));
        Assert.That(run.Fix(check), Does.Contain("statement PresenceQueue"));
        Assert.That(run.Verdict("presence"), Is.EqualTo(check == "queue" ? "not-tried" : verdict));
    }

    [Test]
    public async Task Throttling_is_no_missing_permission(CancellationToken cancellationToken)
    {
        _queue.Refuse = called => called == "ReceiveMessage" ? (403, "RequestThrottled") : null;

        var run = await ExamineAsync(cancellationToken);

        Assert.That(run.Evidence("presence"), Does.StartWith("AWS throttles"));
    }

    [Test]
    public async Task A_queue_that_is_not_there_is_named_with_its_setting(CancellationToken cancellationToken)
    {
        var run = await DoctorRun.OfAsync("cloud", [.. _cloud.Options(), "--queue", _queue.Url + "-of-somebody-else"], cancellationToken);

        Assert.That(run.Verdicts, Is.SupersetOf(new[] { "queue failed", "presence not-tried" }));
        Assert.That(run.Fix("queue"), Does.Contain("CloudKick__Presence__QueueUrl"));
    }

    [Test]
    public async Task Without_a_certificate_the_queue_is_looked_at_and_nobody_visits(CancellationToken cancellationToken)
    {
        var run = await DoctorRun.OfAsync("cloud", [.. _cloud.OptionsWithoutCertificate(), "--queue", _queue.Url], cancellationToken);

        Assert.That(run.Verdicts, Is.SupersetOf(new[] { "queue ok", "presence not-tried" }));
        Assert.That(_queue.Calls, Is.EqualTo(new[] { "GetQueueAttributes" }));
    }

    private Task<DoctorRun> ExamineAsync(CancellationToken cancellationToken, params string[] options) =>
        DoctorRun.OfAsync("cloud", [.. _cloud.Options(), "--profile", "relay", "--queue", _queue.Url, .. options], cancellationToken);

    private static string OldEvent(int number) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"clientId":"NL{{number:000000}}","eventType":"connected","timestamp":1700000000000,"versionNumber":1}""");

    /// <summary>AWS's topic rule: every lifecycle event goes to the queue, but for those that a node of the relay has already.</summary>
    private async Task<MqttClient> RuleAsync(CancellationToken cancellationToken, Func<string, bool>? takenByTheRelay = null)
    {
        var certificate = _cloud.Server.IssueDeviceCertificate("relay");
        var rule = new MqttClient(new MqttClientOptions
        {
            Endpoint = new MqttEndpoint("localhost", _cloud.Server.Port)
            {
                Tls = new MqttTlsOptions
                {
                    ApplicationProtocols = ["x-amzn-mqtt-ca"], ClientCertificate = certificate.ToX509Certificate(), TrustedRoots = [certificate.ToCaCertificate()],
                },
            },
            ClientId = "relay-rule",
            MessageReceived = (message, _) =>
            {
                var body = Encoding.UTF8.GetString(message.Payload.Span);
                // The rule's own coming and that of the doctor's first connection are not what a test is about.
                if (body.Contains("-visitor-", StringComparison.Ordinal) && !(takenByTheRelay?.Invoke(body) ?? false))
                    _queue.Send(body);
                return ValueTask.CompletedTask;
            },
        });
        await rule.ConnectAsync(cancellationToken);
        await rule.SubscribeAsync(
            [
                new("$aws/events/presence/connected/+", MqttQualityOfService.AtLeastOnce),
                new("$aws/events/presence/disconnected/+", MqttQualityOfService.AtLeastOnce),
            ],
            cancellationToken);
        return rule;
    }

    private async Task WhileARelayReadsAsync(ConcurrentQueue<string> taken, Func<Task> something)
    {
        using var stopping = new CancellationTokenSource();
        var reading = ReadAsRelayAsync(taken, stopping.Token);
        await something();
        await stopping.CancelAsync();
        await reading;
    }

    private async Task ReadAsRelayAsync(ConcurrentQueue<string> taken, CancellationToken stopping)
    {
        using var client = new AmazonSQSClient(
            new BasicAWSCredentials("AKIDEXAMPLE", "secret"),
            new AmazonSQSConfig { ServiceURL = new Uri(_queue.Url).GetLeftPart(UriPartial.Authority), AuthenticationRegion = "eu-central-1" });
        try
        {
            while (true)
            {
                var answer = await client.ReceiveMessageAsync(
                    new ReceiveMessageRequest { QueueUrl = _queue.Url, MaxNumberOfMessages = 10, WaitTimeSeconds = 20 }, stopping);
                foreach (var message in answer.Messages)
                    taken.Enqueue(message.Body!);
                if (answer.Messages.Count > 0)
                {
                    await client.DeleteMessageBatchAsync(
                        new DeleteMessageBatchRequest
                        {
                            QueueUrl = _queue.Url,
                            Entries = [.. answer.Messages.Select((message, index) => new DeleteMessageBatchRequestEntry { Id = $"{index}", ReceiptHandle = message.ReceiptHandle })],
                        },
                        stopping);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
