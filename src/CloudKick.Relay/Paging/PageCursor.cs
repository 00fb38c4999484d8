using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace CloudKick.Relay.Paging;

/// <summary>
/// Where a list goes on: the key of the last item that was given, opaque to clients. Keys and not counts, so that items which
/// come or go meanwhile neither repeat nor hide others.
/// </summary>
internal static class PageCursor
{
    /// <summary>The longest key, in characters.</summary>
    public const int MaximumKeyLength = 64;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The cursor after the item with this key.</summary>
    public static string After(string key) => Base64Url.EncodeToString(Utf8.GetBytes(key));

    /// <summary>Reads a cursor. What it yields is still a client's input.</summary>
    public static bool TryRead(string cursor, [NotNullWhen(true)] out string? key)
    {
        key = null;
        Span<byte> bytes = stackalloc byte[MaximumKeyLength * 4];
        if (Base64Url.DecodeFromChars(cursor, bytes, out _, out var length) != OperationStatus.Done)
            return false;

        try
        {
            key = Utf8.GetString(bytes[..length]);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }

        return key.Length is > 0 and <= MaximumKeyLength && !key.Any(char.IsControl);
    }
}
