using System.Buffers;
using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Packets;

/// <summary>PINGREQ (MQTT 5.0 §3.12): the client asks whether the server is there. Two bytes, <c>%xC0 %x00</c>, in both versions.</summary>
public readonly record struct PingReqPacket : IEncodable
{
    byte IEncodable.FirstByte => (byte)MqttPacketType.PingReq << 4;

    /// <summary>Checks the frame, which has no body.</summary>
    /// <exception cref="MqttProtocolException">It has one.</exception>
    public static PingReqPacket Decode(in MqttFrame frame, MqttProtocolVersion version)
    {
        new MqttReader(frame.Body).ExpectEnd(MqttPacketType.PingReq);
        return default;
    }

    /// <summary>Writes the whole packet.</summary>
    public void Encode(IBufferWriter<byte> output, MqttProtocolVersion version) => PacketEncoder.Encode(this, output, version);

    void IEncodable.WriteBody(ref MqttWriter writer, MqttProtocolVersion version)
    {
    }
}
