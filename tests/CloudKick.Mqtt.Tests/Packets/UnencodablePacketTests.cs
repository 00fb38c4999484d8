using System.Buffers;
using CloudKick.Mqtt.Packets;
using CloudKick.Testing;

namespace CloudKick.Mqtt.Tests.Packets;

/// <summary>What must not be put on the wire is refused before the first byte.</summary>
internal sealed class UnencodablePacketTests
{
    private static readonly MqttMessage Message = new() { Topic = "a" };

    [TestCaseSource(nameof(Cases))]
    public void It_is_refused_with_its_clause(object packet, MqttProtocolVersion version, string clause)
    {
        var exception = Assert.Throws<MqttProtocolException>(() => PacketBytes.Encode(packet, version));

        Assert.That(exception.Clause, Is.EqualTo(clause));
    }

    [Test]
    public void Nothing_is_written_of_a_packet_that_cannot_be_sent_or_is_too_large()
    {
        var output = new ArrayBufferWriter<byte>();
        var message = Message with { Payload = new byte[100] };

        Assert.That(PublishPacket.TryEncode(message, 0, false, output, MqttProtocolVersion.V5, maximumPacketSize: 105), Is.False);
        Assert.That(() => PublishPacket.TryEncode(Message with { Topic = "a\0" }, 0, false, output, MqttProtocolVersion.V5), Throws.TypeOf<MqttProtocolException>());
        Assert.That(output.WrittenCount, Is.Zero);
        Assert.That(PublishPacket.TryEncode(message, 0, false, output, MqttProtocolVersion.V5, maximumPacketSize: 106), Is.True);
        Assert.That(output.WrittenCount, Is.EqualTo(106));
        Assert.That(new PublishPacket { Message = message }.GetEncodedLength(MqttProtocolVersion.V5), Is.EqualTo(106));
    }

    private static IEnumerable<TestCaseData> Cases() =>
    [
        Case("A wildcard in a topic", new PublishPacket { Message = Message with { Topic = "a/+" } }, "MQTT-3.3.2-2"),
        Case("An empty topic", new PublishPacket { Message = Message with { Topic = "" } }, "MQTT-4.7.3-1"),
        Case("U+0000", new PublishPacket { Message = Message with { Topic = "a\0b" } }, "MQTT-1.5.4-2"),
        Case("Half a surrogate pair", new PublishPacket { Message = Message with { Topic = "a\uD800" } }, "MQTT-1.5.4-1"),
        Case("A topic of 65,536 bytes", new PublishPacket { Message = Message with { Topic = new string('a', 65_536) } }, "MQTT 5.0 §1.5.4"),
        Case("Correlation data of 65,536 bytes", new PublishPacket { Message = Message with { CorrelationData = new byte[65_536] } }, "MQTT 5.0 §1.5.6"),
        Case("Packet identifier 0", new PublishPacket { Message = Message with { QualityOfService = MqttQualityOfService.AtLeastOnce } }, "MQTT-2.2.1-3"),
        Case("QoS 3", new PublishPacket { Message = Message with { QualityOfService = (MqttQualityOfService)3 } }, "MQTT-3.3.1-4"),
        Case("Topic alias 0", new PublishPacket { Message = Message, TopicAlias = 0 }, "MQTT-3.3.2-8"),
        Case("A wildcard in Response Topic", new PublishPacket { Message = Message with { ResponseTopic = "#" } }, "MQTT-3.3.2-14"),
        Case("Subscription identifier 0", new PublishPacket { Message = Message, SubscriptionIdentifiers = [0] }, "MQTT 5.0 §3.8.2.1.2"),
        Case("Subscription identifier of five bytes", new PublishPacket { Message = Message, SubscriptionIdentifiers = [268_435_456] }, "MQTT 5.0 §1.5.5"),
        Case("A body beyond the longest", new PublishPacket { Message = Message with { Payload = new byte[268_435_456] } }, "MQTT 5.0 §2.1.4"),
        Case("A session with a refusal", new ConnAckPacket { SessionPresent = true, ReasonCode = MqttReasonCode.Banned }, "MQTT-3.2.2-6"),
        Case("SUBSCRIBE to nothing", new SubscribePacket { PacketIdentifier = 1, Subscriptions = [] }, "MQTT-3.8.3-2"),
        Case("UNSUBSCRIBE from nothing", new UnsubscribePacket { PacketIdentifier = 1, TopicFilters = [] }, "MQTT-3.10.3-2"),
        Case("A bad filter", new UnsubscribePacket { PacketIdentifier = 1, TopicFilters = ["a#"] }, "MQTT 5.0 §4.7"),
        Case("A will to a wildcard", new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = "a", Will = new(Message with { Topic = "#" }) }, "MQTT-3.1.3-11"),
        Case("Data of no authentication", new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = "a", AuthenticationData = new byte[1] }, "MQTT 5.0 §3.1.2.11.10"),
        Case("A password alone", new ConnectPacket { Version = MqttProtocolVersion.V311, ClientIdentifier = "a", Password = new byte[1] }, "MQTT-3.1.2-22"),
        Case("AUTH", new AuthPacket(), "MQTT 3.1.1 §2.2.1", MqttProtocolVersion.V311),
    ];

    private static TestCaseData Case(string what, object packet, string clause, MqttProtocolVersion version = MqttProtocolVersion.V5) =>
        new TestCaseData(packet, version, clause).SetArgDisplayNames(what);
}
