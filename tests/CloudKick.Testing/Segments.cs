using System.Buffers;

namespace CloudKick.Testing;

/// <summary>Bytes in several pieces, as a socket delivers them.</summary>
public sealed class Segments : ReadOnlySequenceSegment<byte>
{
    private Segments(ReadOnlyMemory<byte> memory) => Memory = memory;

    /// <summary>Two pieces.</summary>
    public static ReadOnlySequence<byte> SplitAt(ReadOnlyMemory<byte> bytes, int position) => Of(bytes[..position], bytes[position..]);

    /// <summary>As many pieces as there are bytes.</summary>
    public static ReadOnlySequence<byte> OneByteEach(ReadOnlyMemory<byte> bytes) =>
        Of([.. Enumerable.Range(0, bytes.Length).Select(i => bytes.Slice(i, 1))]);

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
