using System.Buffers;

namespace CloudKick.Opi.Tests;

/// <summary>Sequences cut at awkward places.</summary>
internal static class Segments
{
    public static ReadOnlySequence<byte> CutAt(byte[] bytes, int position) => Of(bytes.AsMemory(0, position), bytes.AsMemory(position));

    public static ReadOnlySequence<byte> OfSingleBytes(byte[] bytes) =>
        Of([.. Enumerable.Range(0, bytes.Length).Select(i => (ReadOnlyMemory<byte>)bytes.AsMemory(i, 1))]);

    private static ReadOnlySequence<byte> Of(params ReadOnlyMemory<byte>[] parts)
    {
        var first = new Segment(parts[0], null);
        var last = parts.Skip(1).Aggregate(first, (previous, part) => new Segment(part, previous));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is null)
                return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
