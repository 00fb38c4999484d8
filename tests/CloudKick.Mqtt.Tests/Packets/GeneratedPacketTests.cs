using System.Buffers;
using CloudKick.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace CloudKick.Mqtt.Tests.Packets;

[TestFixture(MqttProtocolVersion.V311)]
[TestFixture(MqttProtocolVersion.V5)]
internal sealed class GeneratedPacketTests(MqttProtocolVersion version)
{
    [Test]
    public void Any_packet_comes_back_as_it_was() => Prop.ForAll(Arb.From(GeneratedPackets.Any(version)), packet =>
    {
        var bytes = PacketBytes.Encode(packet, version);
        return PacketBytes.Describe(PacketBytes.Decode(new ReadOnlySequence<byte>(bytes), version)) == PacketBytes.Describe(packet);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Test]
    public void Any_packet_comes_back_from_pieces_of_any_size() => Prop.ForAll(
        Arb.From(GeneratedPackets.Any(version)), Arb.From(Gen.Choose(1, 200)), (packet, size) =>
        {
            var bytes = (ReadOnlyMemory<byte>)PacketBytes.Encode(packet, version);
            var pieces = Enumerable.Range(0, (bytes.Length + size - 1) / size).Select(i => bytes.Slice(i * size, Math.Min(size, bytes.Length - (i * size)))).ToArray();
            return PacketBytes.Describe(PacketBytes.Decode(Segments.Of(pieces), version)) == PacketBytes.Describe(packet);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Test]
    public void Any_bytes_are_a_packet_or_a_protocol_error() => Prop.ForAll<byte[]>(bytes =>
    {
        // Valid types, so that more than the fixed header is reached.
        byte[] packet = [(byte)(0x10 + ((bytes.Length % 15) << 4)), (byte)Math.Min(bytes.Length, 127), .. bytes.Take(127)];
        TryDecode(packet);
        TryDecode(bytes);
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    [Test]
    public void Any_byte_changed_gives_a_packet_or_a_protocol_error()
    {
        foreach (var sample in SamplePackets.Of(version))
        {
            var bytes = PacketBytes.Encode(sample, version);
            for (var position = 0; position < bytes.Length; position++)
            {
                var original = bytes[position];
                for (var value = 0; value <= byte.MaxValue; value++)
                {
                    bytes[position] = (byte)value;
                    TryDecode(bytes);
                }
                bytes[position] = original;
            }
        }
    }

    /// <summary>Any other exception than a protocol error fails the test.</summary>
    private void TryDecode(byte[] bytes)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        try
        {
            while (MqttFrame.TryRead(ref buffer, MqttFrame.LargestPacket, out var frame))
                PacketBytes.Decode(frame, version);
        }
        catch (MqttProtocolException exception)
        {
            Assert.That(exception.ReasonCode.IsFailure(), Is.True);
        }
    }
}
