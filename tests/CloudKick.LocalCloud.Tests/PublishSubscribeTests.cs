using System.Text;
using CloudKick.Mqtt;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class PublishSubscribeTests
{
    private TestCloud _cloud = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cloud = await TestCloud.StartAsync();

    [OneTimeTearDown]
    public ValueTask StopAsync() => _cloud.DisposeAsync();

    [Test]
    public async Task A_terminal_receives_what_the_relay_publishes_to_its_topic(
        [Values] MqttProtocolVersion terminalVersion, [Values] MqttProtocolVersion relayVersion, CancellationToken cancellationToken)
    {
        string terminalId = $"NL{terminalVersion}{relayVersion}";
        var terminal = await _cloud.ConnectAsync(terminalId, cancellationToken, terminalVersion);
        var relay = await _cloud.ConnectAsync($"relay-{terminalId}", cancellationToken, relayVersion);

        var granted = await terminal.SubscribeAsync($"NL-CAT/{terminalId}", cancellationToken);
        var acknowledged = await relay.PublishAsync($"NL-CAT/{terminalId}", "kick", cancellationToken);
        var received = await terminal.ReceiveMessageAsync(cancellationToken);

        Assert.That(granted, Is.EqualTo(new[] { MqttReasonCode.GrantedQoS1 }));
        Assert.That(acknowledged, Is.EqualTo(MqttReasonCode.Success));
        Assert.That(received.Topic, Is.EqualTo($"NL-CAT/{terminalId}"));
        Assert.That(Encoding.UTF8.GetString(received.Payload.Span), Is.EqualTo("kick"));
        Assert.That(received.QualityOfService, Is.EqualTo(MqttQualityOfService.AtLeastOnce));
    }

    [Test]
    public async Task All_properties_of_a_message_arrive(CancellationToken cancellationToken)
    {
        var terminal = await _cloud.ConnectAsync("NL-PROPS", cancellationToken);
        var relay = await _cloud.ConnectAsync("relay-props", cancellationToken);
        await terminal.SubscribeAsync("NL-CAT/NL-PROPS", cancellationToken);
        var sent = new MqttMessage
        {
            Topic = "NL-CAT/NL-PROPS",
            Payload = "{}"u8.ToArray(),
            ContentType = "application/json",
            ResponseTopic = "NL-CAT/NL-PROPS/ack",
            CorrelationData = "kck_1"u8.ToArray(),
            PayloadFormatIndicator = true,
            MessageExpiryInterval = 30,
            UserProperties = [new MqttUserProperty("traceparent", "00-1"), new MqttUserProperty("traceparent", "00-2")],
        };

        await relay.PublishAsync(sent, cancellationToken);
        var received = await terminal.ReceiveMessageAsync(cancellationToken);

        Assert.That(received.ContentType, Is.EqualTo(sent.ContentType));
        Assert.That(received.ResponseTopic, Is.EqualTo(sent.ResponseTopic));
        Assert.That(received.CorrelationData?.ToArray(), Is.EqualTo("kck_1"u8.ToArray()));
        Assert.That(received.PayloadFormatIndicator, Is.True);
        Assert.That(received.MessageExpiryInterval, Is.EqualTo(30));
        Assert.That(received.UserProperties, Is.EqualTo(sent.UserProperties));
    }
}
