using System.Buffers.Binary;
using System.Text;

namespace CloudKick.Mqtt.Wire;

/// <summary>
/// Writes MQTT's data types (MQTT 5.0 §1.5). Runs twice over a packet: first it only counts (and refuses what cannot be sent), then it writes
/// into a span of exactly that length; so no packet says its length twice.
/// </summary>
internal ref struct MqttWriter
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Span<byte> _destination;
    private readonly bool _counting;

    private MqttWriter(Span<byte> destination, bool counting)
    {
        _destination = destination;
        _counting = counting;
    }

    public int Position { get; private set; }

    public static MqttWriter Count() => new([], counting: true);

    public static MqttWriter Into(Span<byte> destination) => new(destination, counting: false);

    public void WriteByte(byte value)
    {
        if (!_counting)
            _destination[Position] = value;
        Position++;
    }

    public void WriteUInt16(ushort value)
    {
        if (!_counting)
            BinaryPrimitives.WriteUInt16BigEndian(_destination[Position..], value);
        Position += sizeof(ushort);
    }

    public void WriteUInt32(uint value)
    {
        if (!_counting)
            BinaryPrimitives.WriteUInt32BigEndian(_destination[Position..], value);
        Position += sizeof(uint);
    }

    public void WriteVariableByteInteger(uint value)
    {
        if (value > MqttFrame.MaximumRemainingLength)
            throw MqttProtocolException.Malformed("MQTT 5.0 §1.5.5", $"{value} does not fit in a variable byte integer");
        do
        {
            WriteByte((byte)(value > 0x7F ? (value & 0x7F) | 0x80 : value));
            value >>= 7;
        }
        while (value > 0);
    }

    public void WritePacketIdentifier(ushort value)
    {
        if (value == 0)
            throw MqttProtocolException.Error("MQTT-2.2.1-3", "Packet identifier 0");
        WriteUInt16(value);
    }

    public void WriteString(string value)
    {
        if (!_counting)
        {
            var written = StrictUtf8.GetBytes(value, _destination[(Position + sizeof(ushort))..]);
            WriteUInt16((ushort)written);
            Position += written;
            return;
        }
        Position += sizeof(ushort) + CountString(value);
    }

    public void WriteBinary(ReadOnlySpan<byte> value)
    {
        if (value.Length > ushort.MaxValue)
            throw MqttProtocolException.Malformed("MQTT 5.0 §1.5.6", $"Binary data of {value.Length} bytes; at most 65,535 fit");
        WriteUInt16((ushort)value.Length);
        WriteBytes(value);
    }

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        if (!_counting)
            value.CopyTo(_destination[Position..]);
        Position += value.Length;
    }

    /// <summary>Starts a property block, leaving one byte for its length; give the result to <see cref="EndProperties"/>.</summary>
    public int BeginProperties() => Position++;

    /// <summary>Writes the block's length before it, moving the block when that takes more than the one byte left for it.</summary>
    public void EndProperties(int start)
    {
        var length = Position - start - 1;
        var lengthBytes = LengthOfVariableByteInteger((uint)length);
        if (!_counting && lengthBytes > 1)
            _destination.Slice(start + 1, length).CopyTo(_destination[(start + lengthBytes)..]);
        Position = start;
        WriteVariableByteInteger((uint)length);
        Position += length;
    }

    public static int LengthOfVariableByteInteger(uint value) => value switch
    {
        < 1 << 7 => 1,
        < 1 << 14 => 2,
        < 1 << 21 => 3,
        _ => 4,
    };

    private static int CountString(string value)
    {
        if (value.Contains('\0'))
            throw MqttProtocolException.Malformed("MQTT-1.5.4-2", "A string contains U+0000");
        int length;
        try
        {
            length = StrictUtf8.GetByteCount(value);
        }
        catch (EncoderFallbackException)
        {
            throw MqttProtocolException.Malformed("MQTT-1.5.4-1", "A string holds half a surrogate pair");
        }
        return length <= ushort.MaxValue
            ? length
            : throw MqttProtocolException.Malformed("MQTT 5.0 §1.5.4", $"A string of {length} bytes; at most 65,535 fit");
    }
}
