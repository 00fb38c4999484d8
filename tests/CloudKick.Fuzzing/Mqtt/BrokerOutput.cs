using System.Buffers;
using CloudKick.Fuzzing.Engine;
using CloudKick.Mqtt;
using CloudKick.Testing;

namespace CloudKick.Fuzzing.Mqtt;

/// <summary>What a broker may send, whatever it was sent: whole packets that a server sends, well formed in the client's version.</summary>
internal static class BrokerOutput
{
    /// <param name="received">All that a client received.</param>
    /// <param name="version">What it speaks.</param>
    /// <param name="torn">Whether the connection may have ended inside a packet.</param>
    /// <exception cref="FuzzFault">It is something else.</exception>
    public static void Check(ReadOnlyMemory<byte> received, MqttProtocolVersion version, bool torn)
    {
        var bytes = new ReadOnlySequence<byte>(received);
        while (MqttFrame.TryRead(ref bytes, MqttFrame.LargestPacket, out var frame))
        {
            FuzzFault.Unless(IsOfServer(frame.Type, version), $"The broker sends {frame.Type}.");
            PacketBytes.Decode(frame, version);
        }
        FuzzFault.Unless(torn || bytes.IsEmpty, "The broker sends part of a packet.");
    }

    private static bool IsOfServer(MqttPacketType type, MqttProtocolVersion version) => type
        is MqttPacketType.ConnAck or MqttPacketType.Publish or MqttPacketType.PubAck or MqttPacketType.SubAck or MqttPacketType.UnsubAck or MqttPacketType.PingResp
        || (type == MqttPacketType.Disconnect && version == MqttProtocolVersion.V5);
}
