using System.Buffers;

namespace CloudKick.Mqtt;

/// <summary>
/// One packet cut out of a byte stream: its fixed header understood, its body untouched (MQTT 5.0 §2.1). The body is a view of the buffer
/// it was read from and lives only as long as that buffer.
/// </summary>
public readonly struct MqttFrame
{
    /// <summary>The largest a packet can be: one byte, four bytes of remaining length, 268,435,455 bytes (MQTT 5.0 §1.5.5).</summary>
    public const int LargestPacket = 1 + 4 + MaximumRemainingLength;

    internal const int MaximumRemainingLength = 268_435_455;
    private const int MaximumHeaderLength = 5;

    private MqttFrame(MqttPacketType type, byte flags, ReadOnlySequence<byte> body)
    {
        Type = type;
        Flags = flags;
        Body = body;
    }

    /// <summary>The packet's type; one of the defined values.</summary>
    public MqttPacketType Type { get; }

    /// <summary>The four low bits of the first byte; for every type but PUBLISH already found to be what the specification demands.</summary>
    public byte Flags { get; }

    /// <summary>Variable header and payload.</summary>
    public ReadOnlySequence<byte> Body { get; }

    /// <summary>
    /// Takes one packet off the front of <paramref name="buffer"/>. Pure: whatever is wrong with a header is found as soon as the header is
    /// there, before any of the body has to be buffered.
    /// </summary>
    /// <param name="buffer">Received bytes; on success starts after the packet.</param>
    /// <param name="maximumPacketSize">Bytes that a whole packet may have, header included.</param>
    /// <param name="frame">The packet, if one was complete.</param>
    /// <returns>False when more bytes are needed.</returns>
    /// <exception cref="MqttProtocolException">Type 0, wrong flags, remaining length badly encoded, or packet too large.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, int maximumPacketSize, out MqttFrame frame)
    {
        frame = default;
        var available = (int)Math.Min(buffer.Length, MaximumHeaderLength);
        if (available == 0)
            return false;
        scoped var header = buffer.FirstSpan;
        if (header.Length < available)
        {
            Span<byte> copied = stackalloc byte[MaximumHeaderLength];
            buffer.Slice(0, available).CopyTo(copied);
            header = copied;
        }
        header = header[..available];

        var type = (MqttPacketType)(header[0] >> 4);
        var flags = (byte)(header[0] & 0x0F);
        CheckFlags(type, flags);
        if (!TryReadLength(header[1..], out var length, out var lengthBytes))
            return false;

        var packetSize = 1 + lengthBytes + length;
        if (packetSize > maximumPacketSize)
            throw new MqttProtocolException(MqttReasonCode.PacketTooLarge, "MQTT 5.0 §3.1.2.11.4", $"{type} of {packetSize} bytes; at most {maximumPacketSize} are accepted");
        if (buffer.Length < packetSize)
            return false;
        frame = new MqttFrame(type, flags, buffer.Slice(1 + lengthBytes, length));
        buffer = buffer.Slice(packetSize);
        return true;
    }

    private static void CheckFlags(MqttPacketType type, byte flags)
    {
        if (type == 0)
            throw MqttProtocolException.Malformed("MQTT 5.0 §2.1.2", "Packet type 0 is forbidden");
        var expected = type is MqttPacketType.PubRel or MqttPacketType.Subscribe or MqttPacketType.Unsubscribe ? 2 : 0;
        if (type != MqttPacketType.Publish && flags != expected)
            throw MqttProtocolException.Malformed("MQTT-2.1.3-1", $"Flags of {type} are {flags}, not {expected}");
    }

    private static bool TryReadLength(ReadOnlySpan<byte> bytes, out int length, out int lengthBytes)
    {
        length = 0;
        for (lengthBytes = 0; lengthBytes < bytes.Length; lengthBytes++)
        {
            var digit = bytes[lengthBytes];
            length |= (digit & 0x7F) << (7 * lengthBytes);
            if ((digit & 0x80) != 0)
                continue;
            if (digit == 0 && lengthBytes > 0)
                throw MqttProtocolException.Malformed("MQTT-1.5.5-1", "Remaining length is not encoded in the fewest bytes");
            lengthBytes++;
            return true;
        }
        if (lengthBytes == 4)
            throw MqttProtocolException.Malformed("MQTT 5.0 §1.5.5", "Remaining length takes more than four bytes");
        return false;
    }
}
