using System.Buffers;
using System.IO.Pipelines;

namespace CloudKick.Mqtt.Tests.Packets;

internal sealed class MqttFrameTests
{
    [Test]
    public void Frames_are_taken_one_after_the_other_and_the_rest_stays()
    {
        var buffer = new ReadOnlySequence<byte>([0xC0, 0, 0xD0, 0, 0x40, 2, 0]);

        Assert.That(MqttFrame.TryRead(ref buffer, 100, out var first), Is.True);
        Assert.That(MqttFrame.TryRead(ref buffer, 100, out var second), Is.True);
        Assert.That(MqttFrame.TryRead(ref buffer, 100, out _), Is.False);
        Assert.That(first.Type, Is.EqualTo(MqttPacketType.PingReq));
        Assert.That(second.Type, Is.EqualTo(MqttPacketType.PingResp));
        Assert.That(buffer.ToArray(), Is.EqualTo(new byte[] { 0x40, 2, 0 }));
    }

    [TestCase(0)]
    [TestCase(127)]
    [TestCase(128)]
    [TestCase(16_383)]
    [TestCase(16_384)]
    [TestCase(2_097_151)]
    [TestCase(2_097_152)]
    public void A_body_of_any_length_is_framed(int bodyLength)
    {
        byte[] packet = [0x30, .. Length(bodyLength), .. new byte[bodyLength]];
        var buffer = new ReadOnlySequence<byte>(packet);

        Assert.That(MqttFrame.TryRead(ref buffer, packet.Length, out var frame), Is.True);
        Assert.That(frame.Body.Length, Is.EqualTo(bodyLength));
        Assert.That(buffer.IsEmpty, Is.True);
    }

    [Test]
    public void A_packet_of_the_maximum_size_is_taken_and_one_byte_more_is_not()
    {
        byte[] packet = [0x30, .. Length(200), .. new byte[200]];
        var fits = new ReadOnlySequence<byte>(packet);

        Assert.That(MqttFrame.TryRead(ref fits, packet.Length, out _), Is.True);
        Assert.That(ErrorOf(packet, packet.Length - 1).ReasonCode, Is.EqualTo(MqttReasonCode.PacketTooLarge));
    }

    [Test]
    public void An_oversized_packet_is_refused_by_its_header_alone()
    {
        byte[] header = [0x30, 0xFF, 0xFF, 0xFF, 0x7F];

        var exception = ErrorOf(header, 1024);

        Assert.That(exception.ReasonCode, Is.EqualTo(MqttReasonCode.PacketTooLarge));
        Assert.That(exception.Message, Does.Contain("268435460 bytes; at most 1024"));
    }

    [TestCase(new byte[] { 0x00 }, "MQTT 5.0 §2.1.2", TestName = "Type 0")]
    [TestCase(new byte[] { 0x30, 0x80, 0x80, 0x80, 0x80 }, "MQTT 5.0 §1.5.5", TestName = "Remaining length of five bytes")]
    [TestCase(new byte[] { 0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 }, "MQTT 5.0 §1.5.5", TestName = "Remaining length beyond four bytes")]
    [TestCase(new byte[] { 0x30, 0x80, 0x00 }, "MQTT-1.5.5-1", TestName = "Remaining length 0 in two bytes")]
    [TestCase(new byte[] { 0x30, 0x81, 0x80, 0x00 }, "MQTT-1.5.5-1", TestName = "Remaining length 1 in three bytes")]
    public void A_bad_header_is_malformed(byte[] header, string clause)
    {
        var exception = ErrorOf(header, MqttFrame.LargestPacket);

        Assert.That(exception.ReasonCode, Is.EqualTo(MqttReasonCode.MalformedPacket));
        Assert.That(exception.Clause, Is.EqualTo(clause));
    }

    [Test]
    public void Every_type_but_publish_has_its_one_set_of_flags()
    {
        foreach (var type in Enum.GetValues<MqttPacketType>().Where(type => type != MqttPacketType.Publish))
        {
            var right = type is MqttPacketType.PubRel or MqttPacketType.Subscribe or MqttPacketType.Unsubscribe ? 2 : 0;
            for (var flags = 0; flags < 16; flags++)
            {
                byte[] header = [(byte)(((byte)type << 4) | flags), 0];
                if (flags == right)
                    Assert.That(() => Read(header, 10), Throws.Nothing, $"{type} {flags}");
                else
                    Assert.That(ErrorOf(header, 10).Clause, Is.EqualTo("MQTT-2.1.3-1"), $"{type} {flags}");
            }
        }
    }

    [Test]
    [CancelAfter(10_000)]
    public async Task A_truncated_frame_then_closed_ends(CancellationToken cancellationToken)
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(new byte[] { 0x30, 100, 0, 1 }, cancellationToken);
        await pipe.Writer.CompleteAsync();

        var reads = 0;
        while (true)
        {
            var result = await pipe.Reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            reads++;
            Assert.That(MqttFrame.TryRead(ref buffer, 1000, out _), Is.False);
            pipe.Reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                break;
        }
        Assert.That(reads, Is.LessThanOrEqualTo(2));
    }

    private static byte[] Length(int value)
    {
        var bytes = new List<byte>();
        do
        {
            bytes.Add((byte)((value & 0x7F) | (value > 0x7F ? 0x80 : 0)));
            value >>= 7;
        }
        while (value > 0);
        return [.. bytes];
    }

    private static void Read(byte[] bytes, int maximumPacketSize)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        MqttFrame.TryRead(ref buffer, maximumPacketSize, out _);
    }

    private static MqttProtocolException ErrorOf(byte[] bytes, int maximumPacketSize) =>
        Assert.Throws<MqttProtocolException>(() => Read(bytes, maximumPacketSize))!;
}
