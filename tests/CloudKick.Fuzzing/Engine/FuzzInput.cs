using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CloudKick.Fuzzing.Engine;

/// <summary>A part of an input that goes its own way: which one, and where its bytes are.</summary>
internal readonly record struct FuzzPart(int Tag, int Start, int Length);

/// <summary>One input: bytes, and what else the target needs to know. Made anew for every index in the same memory.</summary>
internal sealed class FuzzInput : IBufferWriter<byte>
{
    /// <summary>No input grows beyond this.</summary>
    public const int MaximumLength = 512 * 1024;

    private byte[] _bytes = new byte[4096];

    /// <summary>How many bytes there are.</summary>
    public int Length { get; private set; }

    /// <summary>The grammar made it and nothing changed it: refusing it is a fault.</summary>
    public bool IsValid { get; set; }

    /// <summary>Which of the target's kinds of input this is.</summary>
    public int Kind { get; set; }

    /// <summary>Decides what the target leaves open, such as where it cuts.</summary>
    public ulong Choice { get; set; }

    /// <summary>For inputs that are more than one row of bytes: what goes where, in order.</summary>
    public List<FuzzPart> Parts { get; } = [];

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public Span<byte> Bytes => _bytes.AsSpan(0, Length);

    public void Clear()
    {
        Length = 0;
        IsValid = false;
        Kind = 0;
        Choice = 0;
        Parts.Clear();
    }

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Add(byte value)
    {
        Reserve(1);
        _bytes[Length++] = value;
    }

    public void Add(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Grow(bytes.Length));

    public void AddUInt16(int value) => BinaryPrimitives.WriteUInt16BigEndian(Grow(sizeof(ushort)), (ushort)value);

    public void AddUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Grow(sizeof(uint)), value);

    /// <summary>Text as UTF-8; half a surrogate pair becomes U+FFFD.</summary>
    public void Add(string text) => Encoding.UTF8.GetBytes(text, Grow(Encoding.UTF8.GetByteCount(text)));

    /// <summary>Room for more bytes at the end, to be filled in.</summary>
    public Span<byte> Grow(int count)
    {
        Reserve(count);
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }

    public void Truncate(int length) => Length = Math.Min(Length, length);

    /// <summary>Puts bytes in, or with a negative <paramref name="count"/> takes some out, at a position.</summary>
    public void Shift(int position, int count)
    {
        var from = count < 0 ? position - count : position;
        var to = count < 0 ? position : position + count;
        Reserve(Math.Max(count, 0));
        _bytes.AsSpan(from, Length - from).CopyTo(_bytes.AsSpan(to));
        Length += count;
    }

    private void Reserve(int count)
    {
        if (Length + count > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(Length + count, 2 * _bytes.Length));
    }
}
