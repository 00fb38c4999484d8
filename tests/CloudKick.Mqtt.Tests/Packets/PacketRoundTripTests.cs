using System.Buffers;
using CloudKick.Testing;

namespace CloudKick.Mqtt.Tests.Packets;

internal sealed class PacketRoundTripTests
{
    [TestCaseSource(nameof(Samples))]
    public void A_packet_comes_back_as_it_was(object packet, MqttProtocolVersion version)
    {
        var bytes = PacketBytes.Encode(packet, version);

        var decoded = PacketBytes.Decode(new ReadOnlySequence<byte>(bytes), version);

        Assert.That(PacketBytes.Describe(decoded), Is.EqualTo(PacketBytes.Describe(packet)));
    }

    [TestCaseSource(nameof(Samples))]
    public void A_packet_split_anywhere_is_the_same_packet(object packet, MqttProtocolVersion version)
    {
        var bytes = PacketBytes.Encode(packet, version);

        for (var position = 0; position <= bytes.Length; position++)
        {
            var decoded = PacketBytes.Decode(Segments.SplitAt(bytes, position), version);

            Assert.That(PacketBytes.Describe(decoded), Is.EqualTo(PacketBytes.Describe(packet)), $"Split at {position}");
        }
        Assert.That(PacketBytes.Describe(PacketBytes.Decode(Segments.OneByteEach(bytes), version)), Is.EqualTo(PacketBytes.Describe(packet)));
    }

    [TestCaseSource(nameof(Samples))]
    public void Any_beginning_of_a_packet_asks_for_more(object packet, MqttProtocolVersion version)
    {
        var bytes = PacketBytes.Encode(packet, version);

        for (var length = 0; length < bytes.Length; length++)
        {
            var buffer = new ReadOnlySequence<byte>(bytes, 0, length);

            Assert.That(MqttFrame.TryRead(ref buffer, MqttFrame.LargestPacket, out _), Is.False, $"Length {length}");
            Assert.That(buffer.Length, Is.EqualTo(length), "Nothing may be consumed");
        }
    }

    private static IEnumerable<TestCaseData> Samples() =>
        from version in Enum.GetValues<MqttProtocolVersion>()
        from sample in SamplePackets.Of(version).Select((packet, index) => (packet, index))
        select new TestCaseData(sample.packet, version).SetArgDisplayNames($"{sample.packet.GetType().Name} {version} #{sample.index}");
}
