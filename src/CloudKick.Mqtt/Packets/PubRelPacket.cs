using System.Buffers;
using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Packets;

/// <summary>
/// PUBREL (MQTT 5.0 §3.6): a QoS 2 message may be released.
/// <code>
/// PUBREL  = %x62 length packetIdentifier [ reasonCode [ properties ] ]    ; MQTT 5.0
/// PUBREL  = %x62 %x02 packetIdentifier                                  ; MQTT 3.1.1
/// </code>
/// </summary>
/// <param name="PacketIdentifier">The exchange it belongs to. Never 0.</param>
/// <param name="ReasonCode">Left out on the wire when it is <see cref="MqttReasonCode.Success"/> and nothing follows; MQTT 3.1.1 has none.</param>
public readonly record struct PubRelPacket(ushort PacketIdentifier, MqttReasonCode ReasonCode = MqttReasonCode.Success)
{
    /// <summary>For people, MQTT 5.0 only.</summary>
    public string? ReasonString { get; init; }

    /// <summary>MQTT 5.0 only; empty by default.</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get => field ?? []; init; }

    /// <summary>Reads the packet out of its frame.</summary>
    /// <exception cref="MqttProtocolException">The frame holds something else than this packet.</exception>
    public static PubRelPacket Decode(in MqttFrame frame, MqttProtocolVersion version)
    {
        var read = Acknowledgement.Decode(frame, version);
        return new PubRelPacket(read.PacketIdentifier, read.ReasonCode) { ReasonString = read.ReasonString, UserProperties = read.UserProperties };
    }

    /// <summary>Writes the whole packet.</summary>
    /// <exception cref="MqttProtocolException">It cannot be put on the wire; nothing was written.</exception>
    public void Encode(IBufferWriter<byte> output, MqttProtocolVersion version) =>
        PacketEncoder.Encode(new Acknowledgement(MqttPacketType.PubRel, PacketIdentifier, ReasonCode, ReasonString, UserProperties), output, version);
}
