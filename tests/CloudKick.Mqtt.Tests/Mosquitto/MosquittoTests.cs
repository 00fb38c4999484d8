using System.Text;
using System.Threading.Channels;
using CloudKick.Testing.Mosquitto;

namespace CloudKick.Mqtt.Tests.Mosquitto;

/// <summary>The client against a server that others wrote, in both versions, over TCP and over mutual TLS.</summary>
[TestFixture(MqttProtocolVersion.V311, false)]
[TestFixture(MqttProtocolVersion.V311, true)]
[TestFixture(MqttProtocolVersion.V5, false)]
[TestFixture(MqttProtocolVersion.V5, true)]
[CancelAfter(30_000)]
internal sealed class MosquittoTests(MqttProtocolVersion version, bool tls)
{
    private MosquittoBroker _broker = null!;

    [OneTimeSetUp]
    public async Task StartBroker() => _broker = await MosquittoBroker.StartAsync();

    [OneTimeTearDown]
    public async Task StopBroker() => await _broker.DisposeAsync();

    [Test]
    public async Task A_message_comes_back_with_all_its_properties(CancellationToken cancellationToken)
    {
        var received = Channel.CreateUnbounded<MqttMessage>();
        await using var client = await ConnectAsync("properties", cancellationToken, options => options with { MessageReceived = received.Writer.WriteAsync });
        await client.SubscribeAsync([new("NL-CAT/+", MqttQualityOfService.AtLeastOnce)], cancellationToken);
        var sent = Message("NL-CAT/NL000123", "{\"kick\":\"é€😀\"}") with
        {
            MessageExpiryInterval = 60,
            ContentType = "application/json",
            ResponseTopic = "NL-CAT/NL000123/ack",
            CorrelationData = new byte[] { 1, 0, 255 },
            PayloadFormatIndicator = true,
            UserProperties = [new("traceparent", "00-1-2-01"), new("traceparent", "again")],
        };

        var reason = await client.PublishAsync(sent, cancellationToken);
        var message = await received.Reader.ReadAsync(cancellationToken);

        Assert.That(reason, Is.EqualTo(MqttReasonCode.Success));
        Assert.That(message.Topic, Is.EqualTo(sent.Topic));
        Assert.That(Text(message), Is.EqualTo(Text(sent)));
        Assert.That(message.QualityOfService, Is.EqualTo(MqttQualityOfService.AtLeastOnce));
        if (version == MqttProtocolVersion.V311)
            return;
        Assert.That(message.MessageExpiryInterval, Is.InRange(50, 60));
        Assert.That(message.ContentType, Is.EqualTo(sent.ContentType));
        Assert.That(message.ResponseTopic, Is.EqualTo(sent.ResponseTopic));
        Assert.That(message.CorrelationData?.ToArray(), Is.EqualTo(sent.CorrelationData?.ToArray()));
        Assert.That(message.PayloadFormatIndicator, Is.True);
        Assert.That(message.UserProperties, Is.EqualTo(sent.UserProperties));
    }

    [Test]
    public async Task Thousands_of_messages_arrive_once_and_in_order(CancellationToken cancellationToken)
    {
        const int count = 5_000;
        var received = Channel.CreateUnbounded<MqttMessage>();
        await using var client = await ConnectAsync("many", cancellationToken, options => options with { MessageReceived = received.Writer.WriteAsync });
        await client.SubscribeAsync([new("many", MqttQualityOfService.AtLeastOnce)], cancellationToken);

        var publishes = Enumerable.Range(0, count).Select(number => client.PublishAsync(Message("many", $"{number}"), cancellationToken).AsTask()).ToList();
        var reasons = await Task.WhenAll(publishes);

        var texts = new List<string>();
        while (texts.Count < count)
            texts.Add(Text(await received.Reader.ReadAsync(cancellationToken)));
        Assert.That(reasons, Is.All.EqualTo(MqttReasonCode.Success));
        Assert.That(texts, Is.EqualTo(Enumerable.Range(0, count).Select(number => $"{number}")));
        Assert.That(client.InFlight, Is.Zero);
    }

    [TestCase(0)]
    [TestCase(100)]
    [TestCase(16_384)]
    [TestCase(131_072)]
    public async Task A_payload_of_any_size_comes_back(int size, CancellationToken cancellationToken)
    {
        var received = Channel.CreateUnbounded<MqttMessage>();
        await using var client = await ConnectAsync($"size-{size}", cancellationToken, options => options with { MessageReceived = received.Writer.WriteAsync });
        await client.SubscribeAsync([new($"size/{size}", MqttQualityOfService.AtLeastOnce)], cancellationToken);
        var payload = new byte[size];
        new Random(size).NextBytes(payload);

        await client.PublishAsync(Message($"size/{size}", "") with { Payload = payload }, cancellationToken);

        Assert.That((await received.Reader.ReadAsync(cancellationToken)).Payload.ToArray(), Is.EqualTo(payload));
    }

    [Test]
    public async Task A_retained_message_waits_for_its_subscriber(CancellationToken cancellationToken)
    {
        var received = Channel.CreateUnbounded<MqttMessage>();
        await using var client = await ConnectAsync("retained", cancellationToken, options => options with { MessageReceived = received.Writer.WriteAsync });
        await client.PublishAsync(Message("retained", "kept") with { Retain = true }, cancellationToken);

        await client.SubscribeAsync([new("retained", MqttQualityOfService.AtLeastOnce)], cancellationToken);

        var message = await received.Reader.ReadAsync(cancellationToken);
        Assert.That(Text(message), Is.EqualTo("kept"));
        Assert.That(message.Retain, Is.True);
    }

    [Test]
    public async Task Unsubscribed_means_no_more_messages(CancellationToken cancellationToken)
    {
        var received = Channel.CreateUnbounded<MqttMessage>();
        await using var client = await ConnectAsync("unsubscribed", cancellationToken, options => options with { MessageReceived = received.Writer.WriteAsync });
        await client.SubscribeAsync([new("u/a", MqttQualityOfService.AtLeastOnce), new("u/b", MqttQualityOfService.AtLeastOnce)], cancellationToken);

        var reasons = await client.UnsubscribeAsync(["u/a", "u/none"], cancellationToken);
        await client.PublishAsync(Message("u/a", "not wanted"), cancellationToken);
        await client.PublishAsync(Message("u/b", "wanted"), cancellationToken);

        Assert.That(Text(await received.Reader.ReadAsync(cancellationToken)), Is.EqualTo("wanted"));
        Assert.That(reasons[0], Is.EqualTo(MqttReasonCode.Success));
        if (version == MqttProtocolVersion.V5)
            Assert.That(reasons[1], Is.EqualTo(MqttReasonCode.NoSubscriptionExisted));
    }

    [Test]
    public async Task A_will_is_published_for_one_who_leaves_badly_and_not_for_one_who_says_goodbye(CancellationToken cancellationToken)
    {
        var received = Channel.CreateUnbounded<MqttMessage>();
        await using var watcher = await ConnectAsync("watcher", cancellationToken, options => options with { MessageReceived = received.Writer.WriteAsync });
        await watcher.SubscribeAsync([new("wills", MqttQualityOfService.AtLeastOnce)], cancellationToken);
        await using var good = await ConnectAsync("good", cancellationToken, options => options with { Will = new MqttWill(Message("wills", "good is gone")) });
        await using var bad = await ConnectAsync("bad", cancellationToken, options => options with { Will = new MqttWill(Message("wills", "bad is gone")) });

        await good.DisconnectAsync(cancellationToken);
        await bad.DisconnectAsync(MqttReasonCode.DisconnectWithWillMessage, cancellationToken);

        Assert.That(Text(await received.Reader.ReadAsync(cancellationToken)), Is.EqualTo("bad is gone"));
    }

    [Test]
    public async Task A_session_keeps_messages_for_a_client_that_is_away(CancellationToken cancellationToken)
    {
        var received = Channel.CreateUnbounded<MqttMessage>();
        MqttClientOptions Keeping(MqttClientOptions options) => options with { CleanStart = false, SessionExpiryInterval = 600, MessageReceived = received.Writer.WriteAsync };
        await using (var first = await ConnectAsync("away", cancellationToken, Keeping))
            await first.SubscribeAsync([new("away", MqttQualityOfService.AtLeastOnce)], cancellationToken);
        await using var other = await ConnectAsync("other", cancellationToken);
        await other.PublishAsync(Message("away", "while you were out"), cancellationToken);

        await using var second = await ConnectAsync("away", cancellationToken, Keeping);

        Assert.That(second.ConnAck!.SessionPresent, Is.True);
        Assert.That(Text(await received.Reader.ReadAsync(cancellationToken)), Is.EqualTo("while you were out"));
    }

    [Test]
    public async Task A_client_id_taken_over_ends_the_older_connection(CancellationToken cancellationToken)
    {
        var changes = Channel.CreateUnbounded<MqttConnectionChange>();
        await using var older = await ConnectAsync("taken", cancellationToken, options => options with { ConnectionChanged = change => changes.Writer.TryWrite(change) });

        await using var newer = await ConnectAsync("taken", cancellationToken);

        var change = await WhenAsync(changes.Reader, MqttClientState.Reconnecting, cancellationToken);
        // Mosquitto 2.0.11 closes without a DISCONNECT; later ones say SessionTakenOver.
        Assert.That(change.Cause, Does.StartWith("The server closed the connection").Or.StartWith("The connection was lost").Or.Contain("SessionTakenOver"));
        Assert.That(newer.State, Is.EqualTo(MqttClientState.Connected));
    }

    [Test]
    public async Task A_shared_subscription_gives_each_message_to_one(CancellationToken cancellationToken)
    {
        var received = Channel.CreateUnbounded<MqttMessage>();
        await using var one = await ConnectAsync("one", cancellationToken, options => options with { MessageReceived = received.Writer.WriteAsync });
        await using var two = await ConnectAsync("two", cancellationToken, options => options with { MessageReceived = received.Writer.WriteAsync });
        await one.SubscribeAsync([new("$share/group/work", MqttQualityOfService.AtLeastOnce)], cancellationToken);
        await two.SubscribeAsync([new("$share/group/work", MqttQualityOfService.AtLeastOnce)], cancellationToken);

        for (var i = 0; i < 10; i++)
            await one.PublishAsync(Message("work", $"{i}"), cancellationToken);

        var texts = new List<string>();
        while (texts.Count < 10)
            texts.Add(Text(await received.Reader.ReadAsync(cancellationToken)));
        Assert.That(texts, Is.EquivalentTo(Enumerable.Range(0, 10).Select(i => $"{i}")));
    }

    private static string Text(MqttMessage message) => Encoding.UTF8.GetString(message.Payload.Span);

    private static MqttMessage Message(string topic, string text) => new()
    {
        Topic = topic,
        Payload = Encoding.UTF8.GetBytes(text),
        QualityOfService = MqttQualityOfService.AtLeastOnce,
    };

    private static async Task<MqttConnectionChange> WhenAsync(ChannelReader<MqttConnectionChange> changes, MqttClientState state, CancellationToken cancellationToken)
    {
        while (true)
        {
            var change = await changes.ReadAsync(cancellationToken);
            if (change.State == state)
                return change;
        }
    }

    private async Task<MqttClient> ConnectAsync(string clientId, CancellationToken cancellationToken, Func<MqttClientOptions, MqttClientOptions>? configure = null)
    {
        var options = new MqttClientOptions
        {
            ClientId = clientId,
            Version = version,
            Endpoint = new MqttEndpoint("127.0.0.1", tls ? _broker.TlsPort : _broker.Port)
            {
                Tls = tls
                    ? new MqttTlsOptions { ServerName = "localhost", TrustedRoots = _broker.Certificates.Roots, ClientCertificate = _broker.Certificates.IssueClient(clientId) }
                    : null,
            },
        };
        var client = new MqttClient(configure is null ? options : configure(options));
        await client.ConnectAsync(cancellationToken);
        return client;
    }
}
