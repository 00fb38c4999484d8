using CloudKick.LocalCloud;
using CloudKick.Mqtt;
using CloudKick.Relay.Publishing;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Publishing;

/// <summary>The relay's certificate is renewed while kicks go out.</summary>
[CancelAfter(60_000)]
internal sealed class CertificateRenewalTests
{
    private string _directory = null!;
    private LocalCloudServer _cloud = null!;

    [SetUp]
    public async Task SetUp()
    {
        _directory = Directory.CreateTempSubdirectory("cloudkick-renewal-").FullName;
        // Kicks go out as fast as they can, and on a connection that lasts a moment longer they may be more than AWS takes in a second.
        _cloud = await LocalCloudServer.StartAsync(
            new LocalCloudOptions { Port = 0, DataDirectory = Path.Combine(_directory, "cloud"), Quotas = LocalCloudQuotas.None });
        _cloud.IssueDeviceCertificate("relay").WriteTo(_directory);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _cloud.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [TestCase(1)]
    [TestCase(3)]
    public async Task Each_connection_is_replaced_and_no_kick_is_lost(int connections, CancellationToken cancellationToken)
    {
        await using var test = new TransportUnderTest(Mqtt(connections));
        await test.StartAsync(cancellationToken);
        var before = _cloud.Control.ConnectedClientIds.ToHashSet();
        var results = new List<AttemptResult>();

        _cloud.IssueDeviceCertificate("relay").WriteTo(_directory);
        test.Certificate.Look();
        while (_cloud.Control.ConnectedClientIds.Any(before.Contains))
            results.AddRange(await Task.WhenAll(test.PublishAsync(), test.PublishAsync()));

        Assert.That(results.Where(result => result.Outcome != AttemptOutcome.Acknowledged).Select(result => result.Detail), Is.Empty);
        Assert.That(_cloud.Control.ConnectedClients, Is.EqualTo(connections));
        Assert.That(_cloud.Control.PublishedTo("NL-CAT/NL000123"), Is.EqualTo(results.Count));
    }

    [Test]
    public async Task A_connection_that_takes_answers_is_replaced_by_one_that_does(CancellationToken cancellationToken)
    {
        await using var test = new TransportUnderTest(Mqtt(connections: 1));
        await test.StartAsync(cancellationToken);
        var slot = test.Pool.Answering.Single();
        var old = slot.Client;
        MqttSubscription[] subscriptions =
        [
            new("$share/cloudkick/NL-CAT/+/ack", MqttQualityOfService.AtLeastOnce),
            new("$share/cloudkick/BE-CAT/+/ack", MqttQualityOfService.AtLeastOnce),
        ];
        Assert.That(await old.SubscribeAsync(subscriptions, cancellationToken), Is.All.EqualTo(MqttReasonCode.GrantedQoS1));

        _cloud.IssueDeviceCertificate("relay").WriteTo(_directory);
        test.Certificate.Look();
        await Eventually.HoldsAsync(() => slot.Client != old, cancellationToken);

        Assert.That(slot.Client.Subscriptions, Is.EquivalentTo(subscriptions));
    }

    [Test]
    public async Task A_certificate_that_the_cloud_does_not_take_leaves_the_old_connections_alone(CancellationToken cancellationToken)
    {
        await using var test = new TransportUnderTest(Mqtt(connections: 1));
        await test.StartAsync(cancellationToken);
        var before = _cloud.Control.ConnectedClientIds.Single();

        using var stranger = new Testing.Certificates.TestCertificates();
        var (_, certificate, key) = stranger.WritePem(Directory.CreateDirectory(Path.Combine(_directory, "stranger")).FullName, stranger.IssueClient("relay"));
        File.Copy(certificate, Path.Combine(_directory, DeviceCertificate.CertificateFile), overwrite: true);
        File.Copy(key, Path.Combine(_directory, DeviceCertificate.PrivateKeyFile), overwrite: true);
        test.Certificate.Look();
        await Eventually.HoldsAsync(() => test.Logs.All.Any(record => record.EventId.Id is 4221 or 4224), cancellationToken);

        Assert.That(_cloud.Control.ConnectedClientIds, Does.Contain(before));
        Assert.That((await test.PublishAsync()).Outcome, Is.EqualTo(AttemptOutcome.Acknowledged));
    }

    private RelayMqttOptions Mqtt(int connections)
    {
        var options = TransportUnderTest.Mqtt(_cloud, _directory, connections);
        options.MessagesPerSecond = 0;
        return options;
    }
}
