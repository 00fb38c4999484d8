using System.Threading.Channels;
using CloudKick.Testing.Certificates;
using CloudKick.Testing.Mosquitto;

namespace CloudKick.Mqtt.Tests.Mosquitto;

/// <summary>Refusals, limits and breaks, as Mosquitto makes them.</summary>
[CancelAfter(30_000)]
internal sealed class MosquittoFaultTests
{
    [Test]
    public async Task A_broker_that_dies_and_comes_back_is_connected_and_subscribed_to_again(CancellationToken cancellationToken)
    {
        var received = Channel.CreateUnbounded<MqttMessage>();
        var changes = Channel.CreateUnbounded<MqttConnectionChange>();
        await using var broker = await MosquittoBroker.StartAsync(cancellationToken: cancellationToken);
        await using var client = new MqttClient(Options(broker) with
        {
            MessageReceived = received.Writer.WriteAsync,
            ConnectionChanged = change => changes.Writer.TryWrite(change),
        });
        await client.ConnectAsync(cancellationToken);
        await client.SubscribeAsync([new("a/#", MqttQualityOfService.AtLeastOnce)], cancellationToken);
        await WhenAsync(changes.Reader, MqttClientState.Connected, cancellationToken);

        await broker.StopAsync();
        await WhenAsync(changes.Reader, MqttClientState.Reconnecting, cancellationToken);
        Assert.That(
            () => client.PublishAsync(new MqttMessage { Topic = "a/b" }, cancellationToken).AsTask(),
            Throws.TypeOf<MqttNotSentException>());
        await broker.StartAgainAsync(cancellationToken);
        await WhenAsync(changes.Reader, MqttClientState.Connected, cancellationToken);
        await client.PublishAsync(new MqttMessage { Topic = "a/b", QualityOfService = MqttQualityOfService.AtLeastOnce }, cancellationToken);

        Assert.That((await received.Reader.ReadAsync(cancellationToken)).Topic, Is.EqualTo("a/b"));
    }

    [Test]
    public async Task Its_limits_are_learnt_and_kept(CancellationToken cancellationToken)
    {
        await using var broker = await MosquittoBroker.StartAsync(
            "max_packet_size 2000\nmax_inflight_messages 5\nretain_available false\nmax_keepalive 77", cancellationToken);
        await using var client = new MqttClient(Options(broker) with { KeepAlive = TimeSpan.FromSeconds(300) });

        var connAck = await client.ConnectAsync(cancellationToken);

        Assert.That(connAck.MaximumPacketSize, Is.EqualTo(2000));
        Assert.That(connAck.ReceiveMaximum, Is.EqualTo(5));
        Assert.That(connAck.RetainAvailable, Is.False);
        Assert.That(connAck.ServerKeepAlive, Is.EqualTo(77));
        var publishes = Enumerable.Range(0, 500)
            .Select(_ => client.PublishAsync(new MqttMessage { Topic = "a", QualityOfService = MqttQualityOfService.AtLeastOnce }, cancellationToken).AsTask())
            .ToList();
        Assert.That(client.InFlight, Is.LessThanOrEqualTo(5));
        Assert.That(await Task.WhenAll(publishes), Is.All.EqualTo(MqttReasonCode.NoMatchingSubscribers));
        Assert.That(
            () => client.PublishAsync(new MqttMessage { Topic = "a", Payload = new byte[2000] }, cancellationToken).AsTask(),
            Throws.TypeOf<MqttNotSentException>().With.Property("Reason").EqualTo(MqttNotSentReason.TooLarge));
    }

    [Test]
    public async Task Denied_by_policy_is_told_by_the_reason_code(CancellationToken cancellationToken)
    {
        var acl = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(acl, "topic readwrite mine/#\n", cancellationToken);
            await using var broker = await MosquittoBroker.StartAsync($"acl_file {acl}", cancellationToken);
            await using var client = new MqttClient(Options(broker));
            await client.ConnectAsync(cancellationToken);

            Assert.That(await PublishAsync("mine/a"), Is.EqualTo(MqttReasonCode.NoMatchingSubscribers));
            Assert.That(await PublishAsync("others/a"), Is.EqualTo(MqttReasonCode.NotAuthorized));

            async Task<MqttReasonCode> PublishAsync(string topic) =>
                await client.PublishAsync(new MqttMessage { Topic = topic, QualityOfService = MqttQualityOfService.AtLeastOnce }, cancellationToken);
        }
        finally
        {
            File.Delete(acl);
        }
    }

    [TestCase(MqttProtocolVersion.V311, MqttReasonCode.NotAuthorized)]
    [TestCase(MqttProtocolVersion.V5, MqttReasonCode.NotAuthorized)]
    public async Task Refused_at_connect_is_told_by_its_reason_code(MqttProtocolVersion version, MqttReasonCode reasonCode, CancellationToken cancellationToken)
    {
        await using var broker = await MosquittoBroker.StartAsync("allow_anonymous false", cancellationToken);
        await using var client = new MqttClient(Options(broker) with { Version = version });

        var exception = Assert.CatchAsync<MqttConnectException>(() => client.ConnectAsync(cancellationToken))!;

        Assert.That(exception.Failure, Is.EqualTo(MqttConnectFailure.RefusedByServer));
        Assert.That(exception.ReasonCode, Is.EqualTo(reasonCode));
    }

    [Test]
    public async Task Without_a_client_certificate_there_is_no_way_in(CancellationToken cancellationToken)
    {
        await using var broker = await MosquittoBroker.StartAsync(cancellationToken: cancellationToken);
        await using var client = new MqttClient(Options(broker) with { Endpoint = TlsEndpoint(broker, broker.Certificates) });

        var exception = Assert.CatchAsync<MqttConnectException>(() => client.ConnectAsync(cancellationToken))!;

        Assert.That(exception.Failure, Is.EqualTo(MqttConnectFailure.ClosedBeforeConnAck).Or.EqualTo(MqttConnectFailure.TlsHandshake));
    }

    [Test]
    public async Task With_a_client_certificate_of_another_authority_there_is_no_way_in(CancellationToken cancellationToken)
    {
        using var others = new TestCertificates();
        await using var broker = await MosquittoBroker.StartAsync(cancellationToken: cancellationToken);
        var endpoint = TlsEndpoint(broker, broker.Certificates);
        await using var client = new MqttClient(Options(broker) with { Endpoint = endpoint with { Tls = endpoint.Tls! with { ClientCertificate = others.IssueClient("x") } } });

        var exception = Assert.CatchAsync<MqttConnectException>(() => client.ConnectAsync(cancellationToken))!;

        Assert.That(exception.Failure, Is.EqualTo(MqttConnectFailure.ClosedBeforeConnAck).Or.EqualTo(MqttConnectFailure.TlsHandshake));
        Assert.That(exception.Message, Does.Contain("certificate"));
    }

    [Test]
    public async Task A_broker_of_another_authority_is_not_trusted(CancellationToken cancellationToken)
    {
        using var others = new TestCertificates();
        await using var broker = await MosquittoBroker.StartAsync(cancellationToken: cancellationToken);
        await using var client = new MqttClient(Options(broker) with { Endpoint = TlsEndpoint(broker, others) });

        Assert.That(
            Assert.CatchAsync<MqttConnectException>(() => client.ConnectAsync(cancellationToken))!.Failure,
            Is.EqualTo(MqttConnectFailure.TlsServerNotTrusted));
    }

    [Test]
    public async Task A_client_that_is_only_idle_stays_connected(CancellationToken cancellationToken)
    {
        await using var broker = await MosquittoBroker.StartAsync(cancellationToken: cancellationToken);
        var changes = Channel.CreateUnbounded<MqttConnectionChange>();
        await using var client = new MqttClient(Options(broker) with { KeepAlive = TimeSpan.FromSeconds(3), ConnectionChanged = change => changes.Writer.TryWrite(change) });
        await client.ConnectAsync(cancellationToken);

        // Mosquitto writes each PINGREQ into its log; three of them take longer than it would tolerate silence.
        while (broker.Log.Split("Received PINGREQ from").Length <= 3)
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);

        Assert.That(client.State, Is.EqualTo(MqttClientState.Connected));
        Assert.That(broker.Log, Does.Not.Contain("exceeded timeout"));
    }

    private static MqttEndpoint TlsEndpoint(MosquittoBroker broker, TestCertificates trusted) =>
        new("127.0.0.1", broker.TlsPort) { Tls = new MqttTlsOptions { ServerName = "localhost", TrustedRoots = trusted.Roots } };

    private static MqttClientOptions Options(MosquittoBroker broker) => new()
    {
        ClientId = "relay-a-1",
        Endpoint = new MqttEndpoint("127.0.0.1", broker.Port),
    };

    private static async Task WhenAsync(ChannelReader<MqttConnectionChange> changes, MqttClientState state, CancellationToken cancellationToken)
    {
        while ((await changes.ReadAsync(cancellationToken)).State != state)
        {
        }
    }
}
