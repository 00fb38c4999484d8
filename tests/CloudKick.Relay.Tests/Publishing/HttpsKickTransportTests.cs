using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using CloudKick.AwsIot.Control;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;
using CloudKick.Relay.Cloud;
using CloudKick.Relay.Publishing;
using CloudKick.Testing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Tests.Publishing;

/// <summary>Kicks over the stand-in's HTTPS API.</summary>
[CancelAfter(60_000)]
internal sealed class HttpsKickTransportTests
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<AcceptedPublish> _published = [];
    private string _directory = null!;
    private LocalCloudServer _cloud = null!;
    private TransportUnderTest _test = null!;

    [SetUp]
    public async Task StartCloud()
    {
        _directory = Directory.CreateTempSubdirectory("cloudkick-https-").FullName;
        _cloud = await LocalCloudServer.StartAsync(new LocalCloudOptions { Port = 0, DataDirectory = Path.Combine(_directory, "cloud") });
        _cloud.Control.PublishAccepted = _published.Enqueue;
        _published.Clear();
        _cloud.IssueDeviceCertificate("relay").WriteTo(_directory);
        _test = Create();
    }

    [TearDown]
    public async Task StopCloud()
    {
        await _test.DisposeAsync();
        await _cloud.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [TestCase(DataAuthentication.Certificate)]
    [TestCase(DataAuthentication.SigV4)]
    public async Task All_of_the_message_arrives_by_certificate_and_by_signature(DataAuthentication authentication)
    {
        await using var test = Create(authentication);
        var message = TransportUnderTest.Message() with
        {
            ContentType = "application/json",
            ResponseTopic = "NL-CAT/NL000123/ack",
            CorrelationData = Encoding.UTF8.GetBytes("kck_1"),
            UserProperties = [new("traceparent", "00-1-2-01")],
        };

        var result = await test.Https.PublishAsync(TransportUnderTest.Attempt(), message, Life, Patience);

        Assert.That(result, Is.EqualTo(new AttemptResult(AttemptOutcome.Acknowledged)));
        var arrived = _published.Single().Message;
        Assert.That((arrived.Topic, arrived.ContentType, arrived.ResponseTopic), Is.EqualTo((message.Topic, message.ContentType, message.ResponseTopic)));
        Assert.That(arrived.Payload.ToArray(), Is.EqualTo(message.Payload.ToArray()));
        Assert.That(arrived.CorrelationData!.Value.ToArray(), Is.EqualTo(message.CorrelationData!.Value.ToArray()));
        Assert.That(arrived.UserProperties, Is.EqualTo(message.UserProperties));
        Assert.That(arrived.MessageExpiryInterval, Is.InRange(28, 30));
        Assert.That((arrived.QualityOfService, arrived.Retain), Is.EqualTo((MqttQualityOfService.AtLeastOnce, false)));
        Assert.That(test.Https.Status.Health, Is.EqualTo(HealthStatus.Healthy));
    }

    [TestCase(DataAuthentication.Certificate)]
    [TestCase(DataAuthentication.SigV4)]
    public async Task A_policy_that_forbids_a_topic_refuses_its_kicks_and_is_told_but_the_way_is_open(DataAuthentication authentication)
    {
        await using var test = Create(authentication);

        var refused = await PublishAsync(test.Https, subscriptionTopic: "XX-CAT");
        var allowed = await PublishAsync(test.Https);

        Assert.That((refused.Outcome, refused.Denial), Is.EqualTo((AttemptOutcome.Refused, Denial.Said)));
        Assert.That(allowed.Outcome, Is.EqualTo(AttemptOutcome.Acknowledged));
        Assert.That(test.Https.Status.Health, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(test.Https.Status.Detail, Does.Contain("iot:Publish on topic/XX-CAT"));
        Assert.That(test.CountedRefusals, Is.EqualTo(1));
    }

    [Test]
    public async Task Too_many_requests_are_not_sent_and_the_way_stays_open()
    {
        _cloud.Control.Order(new CloudFault(CloudFaultKind.Refuse, "relay") { Count = 1 });

        var first = await PublishAsync(_test.Https);
        var second = await PublishAsync(_test.Https);

        Assert.That((first.Outcome, second.Outcome), Is.EqualTo((AttemptOutcome.NotSent, AttemptOutcome.Acknowledged)));
        Assert.That(_published, Has.Count.EqualTo(1));
    }

    [TestCase(CloudFaultKind.Drop, 1)]
    [TestCase(CloudFaultKind.Discard, 0)]
    public async Task A_connection_that_ends_without_an_answer_is_unknown_and_nothing_is_sent_again(CloudFaultKind kind, int arrived)
    {
        _cloud.Control.Order(new CloudFault(kind, "relay") { Count = 1, FromClients = kind is CloudFaultKind.Discard });

        var result = await PublishAsync(_test.Https);

        Assert.That(result.Outcome, Is.EqualTo(AttemptOutcome.Unknown));
        Assert.That(_published, Has.Count.EqualTo(arrived));
    }

    [Test]
    public async Task No_answer_in_time_is_unknown(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        await using var test = Create(clock: clock);
        _cloud.Control.Order(new CloudFault(CloudFaultKind.Delay, "relay") { Delay = TimeSpan.FromMinutes(1) });

        var publishing = PublishAsync(test.Https);
        await Eventually.HoldsAsync(() => !_published.IsEmpty, cancellationToken);
        clock.Advance(Patience);
        var result = await publishing.WaitAsync(cancellationToken);

        Assert.That(result, Is.EqualTo(new AttemptResult(AttemptOutcome.Unknown, "no answer in time")));
        Assert.That(_published, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task With_less_than_a_second_of_life_nothing_leaves()
    {
        var result = await _test.Https.PublishAsync(TransportUnderTest.Attempt(), TransportUnderTest.Message(), TimeSpan.FromMilliseconds(990), Patience);

        Assert.That(result.Outcome, Is.EqualTo(AttemptOutcome.NotSent));
        Assert.That(_published, Is.Empty);
    }

    [Test]
    public async Task A_probe_of_a_refused_route_that_never_left_leaves_it_to_the_next_attempt()
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        await using var test = Create(clock: clock);
        test.RefuseUntilProbed(clock);

        var late = await test.Https.PublishAsync(TransportUnderTest.Attempt(), TransportUnderTest.Message(), TimeSpan.Zero, Patience);
        var next = await PublishAsync(test.Https);

        Assert.That((late.Outcome, next.Outcome), Is.EqualTo((AttemptOutcome.NotSent, AttemptOutcome.Acknowledged)));
    }

    [Test]
    public async Task A_try_of_a_way_that_did_not_work_that_never_left_leaves_it_to_the_next_attempt(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        await using var test = Create(clock: clock);
        await _cloud.Control.GoDownAsync();
        await PublishAsync(test.Https);
        Assert.That(test.Https.IsUp, Is.False);
        await _cloud.Control.ComeBackAsync(cancellationToken);
        clock.Advance(TimeSpan.FromSeconds(1));

        var late = await test.Https.PublishAsync(TransportUnderTest.Attempt(), TransportUnderTest.Message(), TimeSpan.Zero, Patience);
        var next = await PublishAsync(test.Https);

        Assert.That((late.Outcome, next.Outcome), Is.EqualTo((AttemptOutcome.NotSent, AttemptOutcome.Acknowledged)));
    }

    [Test]
    public async Task An_absent_cloud_is_told_and_found_again(CancellationToken cancellationToken)
    {
        await PublishAsync(_test.Https);
        await _cloud.Control.GoDownAsync();
        await Eventually.HoldsAsync(() => PublishAsync(_test.Https), result => result.Outcome is AttemptOutcome.NotSent, cancellationToken);
        var (isUp, status) = (_test.Https.IsUp, _test.Https.Status);

        await _cloud.Control.ComeBackAsync(cancellationToken);
        await Eventually.HoldsAsync(() => PublishAsync(_test.Https), result => result.Outcome is AttemptOutcome.Acknowledged, cancellationToken);

        Assert.That((isUp, status.Health), Is.EqualTo((false, HealthStatus.Unhealthy)));
        Assert.That(_test.Https.Reserve(Life, out _), Is.Null);
        Assert.That(_test.Https.Status.Health, Is.EqualTo(HealthStatus.Healthy));
        Assert.That(_test.Logs.All.Select(record => record.EventId.Id).Where(id => id is 4240 or 4241), Is.EqualTo(new[] { 4240, 4241 }), "each told once");
    }

    [Test]
    public async Task A_certificate_that_is_not_active_is_no_way_and_the_next_one_is(CancellationToken cancellationToken)
    {
        var before = await PublishAsync(_test.Https);
        await DeactivateAsync(cancellationToken);
        var onOldConnection = await PublishAsync(_test.Https);
        await using var test = Create();
        var onNewConnection = await PublishAsync(test.Https);

        _cloud.IssueDeviceCertificate("relay").WriteTo(_directory);
        _test.Certificate.Look();
        var after = await PublishAsync(_test.Https);

        Assert.That((before.Outcome, after.Outcome), Is.EqualTo((AttemptOutcome.Acknowledged, AttemptOutcome.Acknowledged)));
        Assert.That(onOldConnection.Outcome, Is.EqualTo(AttemptOutcome.Refused));
        Assert.That(onNewConnection.Outcome, Is.EqualTo(AttemptOutcome.Unknown), "the cloud closes the connection without a word");
        Assert.That(onNewConnection.Detail, Does.Contain("certificate active"));
        Assert.That(_published, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Requests_under_way_outlive_the_certificate_that_they_began_with(CancellationToken cancellationToken)
    {
        _cloud.Control.Order(new CloudFault(CloudFaultKind.Delay, "relay") { Delay = TimeSpan.FromSeconds(2), Count = 1 });
        var slow = PublishAsync(_test.Https);
        await _cloud.Control.WaitForPublishedAsync("NL-CAT/NL000123", 1, cancellationToken);

        _cloud.IssueDeviceCertificate("relay").WriteTo(_directory);
        _test.Certificate.Look();
        var next = await PublishAsync(_test.Https);

        Assert.That((next.Outcome, (await slow).Outcome), Is.EqualTo((AttemptOutcome.Acknowledged, AttemptOutcome.Acknowledged)));
    }

    [Test]
    public async Task A_wrong_secret_is_the_operators_to_mend()
    {
        var credentials = Path.Combine(_directory, "credentials");
        await File.WriteAllTextAsync(credentials, "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = nobody's\n");
        await using var test = new TransportUnderTest(
            TransportUnderTest.Mqtt(_cloud, _directory), new PublishingOptions { Authentication = DataAuthentication.SigV4 },
            aws: new AwsOptions { Region = "eu-central-1", CredentialsFile = credentials, CaFile = _cloud.CaFile });

        var result = await PublishAsync(test.Https);

        Assert.That(result.Outcome, Is.Not.EqualTo(AttemptOutcome.Acknowledged).And.Not.EqualTo(AttemptOutcome.Unknown));
        Assert.That(_published, Is.Empty);
    }

    [Test]
    public async Task Missing_credentials_are_the_operators_to_mend_and_a_new_kick_finds_them()
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        var aws = TransportUnderTest.Aws(_cloud);
        aws.CredentialsFile = Path.Combine(_directory, "credentials");
        await using var test = new TransportUnderTest(
            TransportUnderTest.Mqtt(_cloud, _directory), new PublishingOptions { Authentication = DataAuthentication.SigV4 }, clock, aws);

        var without = await PublishAsync(test.Https);
        var refusal = test.Https.Reserve(Life, out _);
        File.Copy(_cloud.CredentialsFile, aws.CredentialsFile);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.That(without.Outcome, Is.EqualTo(AttemptOutcome.NotSent));
        Assert.That(refusal?.Detail, Does.Contain("operator"));
        Assert.That(test.Https.Reserve(Life, out _), Is.Null, "the kicks that were open may all be over by now, and nobody else would try");
        Assert.That((await PublishAsync(test.Https)).Outcome, Is.EqualTo(AttemptOutcome.Acknowledged));
    }

    private static Task<AttemptResult> PublishAsync(HttpsKickTransport transport, string subscriptionTopic = "NL-CAT") =>
        transport.PublishAsync(TransportUnderTest.Attempt(subscriptionTopic), TransportUnderTest.Message(subscriptionTopic), Life, Patience);

    private TransportUnderTest Create(DataAuthentication authentication = DataAuthentication.Certificate, TimeProvider? clock = null) => new(
        TransportUnderTest.Mqtt(_cloud, _directory), new PublishingOptions { Authentication = authentication }, clock,
        aws: authentication is DataAuthentication.SigV4 ? TransportUnderTest.Aws(_cloud) : null);

    private async Task DeactivateAsync(CancellationToken cancellationToken)
    {
        var clients = new AwsClients(Options.Create(TransportUnderTest.Aws(_cloud, "default")));
        using var control = new AmazonIoTClient(clients.Configure(new AmazonIoTConfig(), $"localhost:{_cloud.Port}"));
        // AWS IoT Core's id of a certificate is its SHA-256 fingerprint.
        var id = _test.Certificate.Current.Certificate!.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
        await control.UpdateCertificateAsync(new UpdateCertificateRequest { CertificateId = id, NewStatus = CertificateStatus.INACTIVE }, cancellationToken);
    }
}
