using System.Buffers;
using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Packets;

/// <summary>PINGRESP (MQTT 5.0 §3.13): the server is there. Two bytes, <c>%xD0 %x00</c>, in both versions.</summary>
public readonly record struct PingRespPacket : IEncodable
{
    byte IEncodable.FirstByte => (byte)MqttPacketType.PingResp << 4;

    /// <summary>Checks the frame, which has no body.</summary>
    /// <exception cref="MqttProtocolException">It has one.</exception>
    public static PingRespPacket Decode(in MqttFrame frame, MqttProtocolVersion version)
    {
        new MqttReader(frame.Body).ExpectEnd(MqttPacketType.PingResp);
        return default;
    }

    /// <summary>Writes the whole packet.</summary>
    public void Encode(IBufferWriter<byte> output, MqttProtocolVersion version) => PacketEncoder.Encode(this, output, version);

    void IEncodable.WriteBody(ref MqttWriter writer, MqttProtocolVersion version)
    {
    }
}
