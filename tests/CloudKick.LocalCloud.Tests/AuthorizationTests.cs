using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(20_000)]
internal sealed class AuthorizationTests : CloudFixture
{
    private const string OthersTopic = "NL-CAT/NL000999";

    [TestCase("NL000123", "NL000999")]
    [TestCase("NL000123", "relay-a-1")]
    [TestCase("NL000123", "nl000123")]
    [TestCase("relay", "NL000123")]
    [TestCase("relay", "relay")]
    public async Task A_certificate_is_good_for_its_own_client_ids_only(string thingName, string clientId, CancellationToken cancellationToken)
    {
        var v5 = await Cloud.OpenAsync(thingName, cancellationToken);
        var answer = await v5.ConnectAsync(new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = clientId }, cancellationToken);
        var v311 = await Cloud.OpenAsync(thingName, cancellationToken);
        await v311.SendAsync(new ConnectPacket { Version = MqttProtocolVersion.V311, ClientIdentifier = clientId }.Encode, cancellationToken);

        Assert.That(answer.ReasonCode, Is.EqualTo(MqttReasonCode.NotAuthorized));
        await v5.ExpectClosedAsync(null, cancellationToken);
        await v311.ExpectClosedAsync(null, cancellationToken); // without CONNACK
    }

    [TestCase(KickTopic, true)]
    [TestCase("NL-CAT", true)] // a topic that all share
    [TestCase(OthersTopic, false)]
    [TestCase(AckTopic, false)]
    [TestCase("#", false)]
    [TestCase("+", false)]
    [TestCase("NL-CAT/+", false)]
    [TestCase("NL-CAT/NL000123/#", false)]
    [TestCase("$aws/events/presence/connected/NL000999", false)]
    [TestCase("$share/g/NL-CAT/NL000123", true)]
    [TestCase("$share/g/NL-CAT/NL000999", false)]
    public async Task A_terminal_subscribes_to_its_own_topics_only(string filter, bool allowed, CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);

        var codes = await terminal.SubscribeAsync(filter, cancellationToken);

        Assert.That(codes, Is.EqualTo(new[] { allowed ? MqttReasonCode.GrantedQoS1 : MqttReasonCode.NotAuthorized }));
    }

    [Test]
    public async Task A_3_1_1_terminal_that_subscribes_to_anothers_topic_is_closed(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken, MqttProtocolVersion.V311);

        await terminal.SendAsync(
            new SubscribePacket { PacketIdentifier = 1, Subscriptions = [new MqttSubscription(OthersTopic, MqttQualityOfService.AtLeastOnce)] }, cancellationToken);

        await terminal.ExpectClosedAsync(null, cancellationToken);
    }

    [TestCase(AckTopic, true)]
    [TestCase("NL-CAT/ack", true)] // the answer to a kick on a shared topic
    [TestCase("NL-CAT/NL000123/status", true)]
    [TestCase(KickTopic, false)]
    [TestCase(OthersTopic, false)]
    [TestCase("NL-CAT/NL000999/ack", false)]
    [TestCase("NL-CAT", false)]
    public async Task A_terminal_publishes_beneath_its_own_topic_only(string topic, bool allowed, CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);

        var code = await terminal.PublishAsync(topic, "x", cancellationToken);

        Assert.That(code, Is.EqualTo(allowed ? MqttReasonCode.Success : MqttReasonCode.NotAuthorized));
        Assert.That(Control.PublishedTo(topic), Is.EqualTo(allowed ? 1 : 0));
    }

    [Test]
    public async Task A_publish_that_cannot_be_refused_in_a_PUBACK_disconnects(CancellationToken cancellationToken)
    {
        var v5 = await ConnectAsync(Terminal, cancellationToken);
        await v5.SendAsync(new PublishPacket { Message = Message(OthersTopic, "x") }, cancellationToken);
        await v5.ExpectClosedAsync(MqttReasonCode.NotAuthorized, cancellationToken);

        var v311 = await ConnectAsync(Terminal, cancellationToken, MqttProtocolVersion.V311);
        await v311.SendAsync(
            new PublishPacket { PacketIdentifier = 1, Message = Message(OthersTopic, "x") with { QualityOfService = MqttQualityOfService.AtLeastOnce } }, cancellationToken);
        await v311.ExpectClosedAsync(null, cancellationToken);

        Assert.That(Control.Counters.Refused, Is.EqualTo(2));
    }
}
