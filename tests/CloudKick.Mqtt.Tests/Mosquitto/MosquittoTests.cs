using System.Text;
using System.Threading.Channels;
using CloudKick.Testing.Mosquitto;

namespace CloudKick.Mqtt.Tests.Mosquitto;

/// <summary>The client against a server that others wrote.</summary>
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
        await using var client = new MqttClient(Options("properties") with { MessageReceived = received.Writer.WriteAsync });
        await client.ConnectAsync(cancellationToken);
        await client.SubscribeAsync([new("NL-CAT/+", MqttQualityOfService.AtLeastOnce)], cancellationToken);

        var sent = new MqttMessage
        {
            Topic = "NL-CAT/NL000123",
            Payload = Encoding.UTF8.GetBytes("{\"kick\":\"é€😀\"}"),
            QualityOfService = MqttQualityOfService.AtLeastOnce,
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
        Assert.That(message.Payload.ToArray(), Is.EqualTo(sent.Payload.ToArray()));
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
        await using var client = new MqttClient(Options("many") with { MessageReceived = received.Writer.WriteAsync });
        await client.ConnectAsync(cancellationToken);
        await client.SubscribeAsync([new("many", MqttQualityOfService.AtLeastOnce)], cancellationToken);

        var publishes = Enumerable.Range(0, count)
            .Select(number => client.PublishAsync(Message("many", $"{number}"), cancellationToken).AsTask())
            .ToList();
        var reasons = await Task.WhenAll(publishes);

        var texts = new List<string>();
        while (texts.Count < count)
            texts.Add(Encoding.UTF8.GetString((await received.Reader.ReadAsync(cancellationToken)).Payload.Span));
        Assert.That(reasons, Is.All.EqualTo(MqttReasonCode.Success));
        Assert.That(texts, Is.EqualTo(Enumerable.Range(0, count).Select(number => $"{number}")));
        Assert.That(client.InFlight, Is.Zero);
    }

    private static MqttMessage Message(string topic, string text) => new()
    {
        Topic = topic,
        Payload = Encoding.UTF8.GetBytes(text),
        QualityOfService = MqttQualityOfService.AtLeastOnce,
    };

    private MqttClientOptions Options(string clientId) => new()
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
}
