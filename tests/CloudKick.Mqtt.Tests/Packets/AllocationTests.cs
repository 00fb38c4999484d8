using System.Buffers;
using CloudKick.Mqtt.Packets;
using CloudKick.Testing;

namespace CloudKick.Mqtt.Tests.Packets;

/// <summary>The codec allocates what its caller keeps, and nothing besides.</summary>
internal sealed class AllocationTests
{
    private static readonly MqttMessage Message = new()
    {
        Topic = "NL-CAT/NL000123",
        Payload = new byte[200],
        QualityOfService = MqttQualityOfService.AtLeastOnce,
        MessageExpiryInterval = 30,
        ContentType = "application/json",
        ResponseTopic = "NL-CAT/NL000123/ack",
        CorrelationData = new byte[30],
        UserProperties = [new("traceparent", "00-1-2-01")],
    };

    [Test]
    public void Encoding_a_message_allocates_nothing()
    {
        var output = new ArrayBufferWriter<byte>(1024);

        Assert.That(AllocatedPerCall(() =>
        {
            output.ResetWrittenCount();
            PublishPacket.TryEncode(Message, 1, false, output, MqttProtocolVersion.V5);
        }), Is.Zero);
    }

    [Test]
    public void Framing_and_decoding_an_acknowledgement_allocates_nothing()
    {
        var bytes = PacketBytes.Encode(new PubAckPacket(7, MqttReasonCode.NoMatchingSubscribers), MqttProtocolVersion.V5);

        Assert.That(AllocatedPerCall(() =>
        {
            var buffer = new ReadOnlySequence<byte>(bytes);
            MqttFrame.TryRead(ref buffer, 100, out var frame);
            PubAckPacket.Decode(frame, MqttProtocolVersion.V5);
        }), Is.Zero);
    }

    [Test]
    public void Decoding_a_plain_message_allocates_the_message_alone()
    {
        var bytes = PacketBytes.Encode(new PublishPacket { Message = new MqttMessage { Topic = "a", Payload = new byte[100] } }, MqttProtocolVersion.V5);

        // Packet, message, topic and payload; the numbers are those objects' sizes with some room.
        Assert.That(AllocatedPerCall(() =>
        {
            var buffer = new ReadOnlySequence<byte>(bytes);
            MqttFrame.TryRead(ref buffer, 1000, out var frame);
            PublishPacket.Decode(frame, MqttProtocolVersion.V5);
        }), Is.LessThanOrEqualTo(56 + 152 + 32 + 128 + 32));
    }

    private static long AllocatedPerCall(Action action)
    {
        const int calls = 1_000;
        for (var i = 0; i < calls; i++)
            action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < calls; i++)
            action();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / calls;
    }
}
