using System.Buffers;
using System.Text.Json;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.Testing;

/// <summary>Any packet to bytes and back, and as text that shows every field.</summary>
public static class PacketBytes
{
    /// <summary>The packet's bytes.</summary>
    /// <exception cref="MqttProtocolException">It cannot be put on the wire.</exception>
    public static byte[] Encode(object packet, MqttProtocolVersion version)
    {
        var output = new ArrayBufferWriter<byte>();
        Encode(packet, output, version);
        return output.WrittenSpan.ToArray();
    }

    /// <inheritdoc cref="Encode(object, MqttProtocolVersion)"/>
    public static void Encode(object packet, IBufferWriter<byte> output, MqttProtocolVersion version)
    {
        switch (packet)
        {
            case ConnectPacket connect: connect.Encode(output); break;
            case ConnAckPacket connAck: connAck.Encode(output, version); break;
            case PublishPacket publish: publish.Encode(output, version); break;
            case PubAckPacket pubAck: pubAck.Encode(output, version); break;
            case PubRecPacket pubRec: pubRec.Encode(output, version); break;
            case PubRelPacket pubRel: pubRel.Encode(output, version); break;
            case PubCompPacket pubComp: pubComp.Encode(output, version); break;
            case SubscribePacket subscribe: subscribe.Encode(output, version); break;
            case SubAckPacket subAck: subAck.Encode(output, version); break;
            case UnsubscribePacket unsubscribe: unsubscribe.Encode(output, version); break;
            case UnsubAckPacket unsubAck: unsubAck.Encode(output, version); break;
            case PingReqPacket pingReq: pingReq.Encode(output, version); break;
            case PingRespPacket pingResp: pingResp.Encode(output, version); break;
            case DisconnectPacket disconnect: disconnect.Encode(output, version); break;
            case AuthPacket auth: auth.Encode(output, version); break;
            default: throw new ArgumentException($"No packet: {packet}", nameof(packet));
        }
    }

    /// <summary>The packet in a frame, whichever it is.</summary>
    /// <exception cref="MqttProtocolException">The frame holds something else.</exception>
    public static object Decode(in MqttFrame frame, MqttProtocolVersion version) => frame.Type switch
    {
        MqttPacketType.Connect => ConnectPacket.Decode(frame),
        MqttPacketType.ConnAck => ConnAckPacket.Decode(frame, version),
        MqttPacketType.Publish => PublishPacket.Decode(frame, version),
        MqttPacketType.PubAck => PubAckPacket.Decode(frame, version),
        MqttPacketType.PubRec => PubRecPacket.Decode(frame, version),
        MqttPacketType.PubRel => PubRelPacket.Decode(frame, version),
        MqttPacketType.PubComp => PubCompPacket.Decode(frame, version),
        MqttPacketType.Subscribe => SubscribePacket.Decode(frame, version),
        MqttPacketType.SubAck => SubAckPacket.Decode(frame, version),
        MqttPacketType.Unsubscribe => UnsubscribePacket.Decode(frame, version),
        MqttPacketType.UnsubAck => UnsubAckPacket.Decode(frame, version),
        MqttPacketType.PingReq => PingReqPacket.Decode(frame, version),
        MqttPacketType.PingResp => PingRespPacket.Decode(frame, version),
        MqttPacketType.Disconnect => DisconnectPacket.Decode(frame, version),
        _ => AuthPacket.Decode(frame, version),
    };

    /// <summary>The one packet that the bytes are.</summary>
    /// <exception cref="MqttProtocolException">They are none.</exception>
    public static object Decode(ReadOnlySequence<byte> bytes, MqttProtocolVersion version)
    {
        if (!MqttFrame.TryRead(ref bytes, MqttFrame.LargestPacket, out var frame))
            throw new ArgumentException("The packet is not complete", nameof(bytes));
        return bytes.IsEmpty ? Decode(frame, version) : throw new ArgumentException($"{bytes.Length} bytes are left", nameof(bytes));
    }

    /// <summary>All of the packet as text.</summary>
    public static string Describe(object packet) => $"{packet.GetType().Name} {JsonSerializer.Serialize(packet, packet.GetType())}";
}
