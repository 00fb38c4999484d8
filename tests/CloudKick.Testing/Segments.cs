using System.Buffers;

namespace CloudKick.Testing;

/// <summary>Bytes in several pieces, as a socket delivers them.</summary>
public sealed class Segments : ReadOnlySequenceSegment<byte>
{
    private Segments(ReadOnlyMemory<byte> memory) => Memory = memory;

    /// <summary>Two pieces.</summary>
    public static ReadOnlySequence<byte> SplitAt(ReadOnlyMemory<byte> bytes, int position) => Of(bytes[..position], bytes[position..]);

    /// <summary>As many pieces as there are bytes.</summary>
    public static ReadOnlySequence<byte> OneByteEach(ReadOnlyMemory<byte> bytes) => Cut(bytes, 1);

    /// <summary>Pieces of this length; the last may be shorter.</summary>
    public static ReadOnlySequence<byte> Cut(ReadOnlyMemory<byte> bytes, int length)
    {
        var pieces = new ReadOnlyMemory<byte>[(bytes.Length + length - 1) / length];
        for (var i = 0; i < pieces.Length; i++)
            pieces[i] = bytes.Slice(i * length, Math.Min(length, bytes.Length - (i * length)));
        return Of(pieces);
    }

    /// <summary>These pieces, in their order.</summary>
    public static ReadOnlySequence<byte> Of(params ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        if (pieces.IsEmpty)
            return ReadOnlySequence<byte>.Empty;
        var first = new Segments(pieces[0]);
        var last = first;
        foreach (var piece in pieces[1..])
        {
            var next = new Segments(piece) { RunningIndex = last.RunningIndex + last.Memory.Length };
            last.Next = next;
            last = next;
        }
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
