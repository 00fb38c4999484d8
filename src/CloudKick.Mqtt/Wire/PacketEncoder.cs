using System.Buffers;

namespace CloudKick.Mqtt.Wire;

/// <summary>What a packet tells the encoder: its first byte and how to write its body.</summary>
internal interface IEncodable
{
    byte FirstByte { get; }

    void WriteBody(ref MqttWriter writer, MqttProtocolVersion version);
}

/// <summary>Fixed header and body of any packet (MQTT 5.0 §2.1), in one span and therefore in one piece.</summary>
internal static class PacketEncoder
{
    /// <summary>Length of the whole packet in bytes; throws what encoding would throw.</summary>
    public static int Measure<T>(in T packet, MqttProtocolVersion version) where T : IEncodable
    {
        var body = MeasureBody(packet, version);
        return 1 + MqttWriter.LengthOfVariableByteInteger((uint)body) + body;
    }

    public static void Encode<T>(in T packet, IBufferWriter<byte> output, MqttProtocolVersion version) where T : IEncodable
    {
        var written = TryEncode(packet, output, version, MqttFrame.LargestPacket);
        System.Diagnostics.Debug.Assert(written, "No packet is larger than the largest");
    }

    /// <summary>False, and nothing written, when the packet is larger than the receiver accepts.</summary>
    public static bool TryEncode<T>(in T packet, IBufferWriter<byte> output, MqttProtocolVersion version, int maximumPacketSize) where T : IEncodable
    {
        var body = MeasureBody(packet, version);
        var length = 1 + MqttWriter.LengthOfVariableByteInteger((uint)body) + body;
        if (length > maximumPacketSize)
            return false;
        var writer = MqttWriter.Into(output.GetSpan(length)[..length]);
        writer.WriteByte(packet.FirstByte);
        writer.WriteVariableByteInteger((uint)body);
        packet.WriteBody(ref writer, version);
        output.Advance(length);
        return true;
    }

    private static int MeasureBody<T>(in T packet, MqttProtocolVersion version) where T : IEncodable
    {
        var counter = MqttWriter.Count();
        packet.WriteBody(ref counter, version);
        return counter.Position <= MqttFrame.MaximumRemainingLength
            ? counter.Position
            : throw new MqttProtocolException(MqttReasonCode.PacketTooLarge, "MQTT 5.0 §2.1.4", $"A packet body of {counter.Position} bytes; at most {MqttFrame.MaximumRemainingLength} fit");
    }
}
