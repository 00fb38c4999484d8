using System.Buffers;
using System.Buffers.Binary;

namespace CloudKick.Opi;

/// <summary>
/// OPI's frame: a 4-byte unsigned big-endian length, then so many bytes of XML. The length does not
/// count itself; there is no trailer. A frame of length zero carries nothing and is passed over.
/// </summary>
public static class OpiFrame
{
    /// <summary>The length of a frame's header in bytes.</summary>
    public const int HeaderLength = sizeof(uint);

    /// <summary>
    /// Takes the next frame off <paramref name="buffer"/>. Pure: what it returns lies in the buffer.
    /// Empty frames in front are taken off even when no whole frame follows.
    /// </summary>
    /// <param name="buffer">The bytes received; moved past the frame that is returned.</param>
    /// <param name="maximumLength">The longest document taken, in bytes; compared with the header before the body is awaited.</param>
    /// <param name="document">The document's bytes.</param>
    /// <returns>False when more bytes are needed.</returns>
    /// <exception cref="OpiFrameTooLargeException">The header announces more than <paramref name="maximumLength"/>.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, int maximumLength, out ReadOnlySequence<byte> document)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        while (buffer.Length >= HeaderLength)
        {
            buffer.Slice(0, HeaderLength).CopyTo(header);
            var length = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (length > maximumLength)
                throw new OpiFrameTooLargeException(length, maximumLength);
            if (buffer.Length - HeaderLength < length)
                break;

            document = buffer.Slice(HeaderLength, length);
            buffer = buffer.Slice(document.End);
            if (length > 0)
                return true;
        }

        document = default;
        return false;
    }

    /// <summary>Writes <paramref name="document"/> as one frame.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> document)
    {
        ArgumentNullException.ThrowIfNull(output);
        BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(HeaderLength), (uint)document.Length);
        output.Advance(HeaderLength);
        output.Write(document);
    }
}
