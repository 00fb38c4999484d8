using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace CloudKick.Mqtt.Wire;

/// <summary>
/// Reads MQTT's data types (MQTT 5.0 §1.5) off a packet's body. Every length is checked against what is left before anything is allocated.
/// </summary>
internal ref struct MqttReader(ReadOnlySequence<byte> bytes)
{
    private SequenceReader<byte> _bytes = new(bytes);

    public readonly long Remaining => _bytes.Remaining;

    public readonly bool AtEnd => _bytes.End;

    public byte ReadByte() => _bytes.TryRead(out var value) ? value : throw TooShort();

    public ushort ReadUInt16()
    {
        Span<byte> buffer = stackalloc byte[sizeof(ushort)];
        Read(buffer);
        return BinaryPrimitives.ReadUInt16BigEndian(buffer);
    }

    public uint ReadUInt32()
    {
        Span<byte> buffer = stackalloc byte[sizeof(uint)];
        Read(buffer);
        return BinaryPrimitives.ReadUInt32BigEndian(buffer);
    }

    /// <summary>§1.5.5: at most four bytes, and the fewest that hold the value.</summary>
    public uint ReadVariableByteInteger()
    {
        uint value = 0;
        for (var shift = 0; shift < 28; shift += 7)
        {
            var digit = ReadByte();
            value |= (digit & 0x7Fu) << shift;
            if ((digit & 0x80) == 0)
            {
                return digit == 0 && shift > 0
                    ? throw MqttProtocolException.Malformed("MQTT-1.5.5-1", "A variable byte integer is not encoded in the fewest bytes")
                    : value;
            }
        }
        throw MqttProtocolException.Malformed("MQTT 5.0 §1.5.5", "A variable byte integer takes more than four bytes");
    }

    /// <summary>Never 0 (MQTT-2.2.1-3).</summary>
    public ushort ReadPacketIdentifier()
    {
        var identifier = ReadUInt16();
        return identifier != 0 ? identifier : throw MqttProtocolException.Error("MQTT-2.2.1-3", "Packet identifier 0");
    }

    /// <summary>§1.5.4: well-formed UTF-8 without U+0000.</summary>
    public string ReadString()
    {
        var length = ReadLength();
        if (length == 0)
            return string.Empty;
        if (_bytes.UnreadSpan.Length >= length)
        {
            var text = ToText(_bytes.UnreadSpan[..length]);
            _bytes.Advance(length);
            return text;
        }
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var span = rented.AsSpan(0, length);
            Read(span);
            return ToText(span);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public MqttUserProperty ReadUserProperty()
    {
        var name = ReadString();
        return new MqttUserProperty(name, ReadString());
    }

    /// <summary>§1.5.6: two bytes of length, then the data, copied.</summary>
    public byte[] ReadBinary() => ReadBytes(ReadLength());

    /// <summary>All that is left, copied.</summary>
    public byte[] ReadToEnd() => ReadBytes(checked((int)Remaining));

    /// <summary>A part of the body as a reader of its own, such as a property block.</summary>
    public MqttReader ReadSlice(uint length)
    {
        if (length > Remaining)
            throw TooShort();
        var slice = new MqttReader(_bytes.UnreadSequence.Slice(0, length));
        _bytes.Advance(length);
        return slice;
    }

    public readonly void ExpectEnd(MqttPacketType type)
    {
        if (!AtEnd)
            throw MqttProtocolException.Malformed("MQTT 5.0 §2.1.4", $"{Remaining} bytes more than {type} has");
    }

    private int ReadLength()
    {
        var length = ReadUInt16();
        return length <= Remaining ? length : throw TooShort();
    }

    private byte[] ReadBytes(int length)
    {
        if (length == 0)
            return [];
        var data = GC.AllocateUninitializedArray<byte>(length);
        Read(data);
        return data;
    }

    private void Read(scoped Span<byte> destination)
    {
        if (!_bytes.TryCopyTo(destination))
            throw TooShort();
        _bytes.Advance(destination.Length);
    }

    private static string ToText(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            throw MqttProtocolException.Malformed("MQTT-1.5.4-1", "A string is not well-formed UTF-8");
        if (utf8.Contains((byte)0))
            throw MqttProtocolException.Malformed("MQTT-1.5.4-2", "A string contains U+0000");
        return Encoding.UTF8.GetString(utf8);
    }

    private static MqttProtocolException TooShort() =>
        MqttProtocolException.Malformed("MQTT 5.0 §2.1.4", "A packet ends before its contents do");
}
