using System.Text;

namespace CloudKick.Relay.Csv;

/// <summary>The text of a CSV file that somebody sends.</summary>
internal static class CsvText
{
    /// <summary>What is said of bytes that are no such text.</summary>
    public const string NotUtf8 = "is not UTF-8: spreadsheets save it so as \"CSV UTF-8\"";

    private const char ByteOrderMark = '\uFEFF';

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text, without a byte order mark; null when the bytes are not UTF-8: no byte is replaced by a guess.</summary>
    /// <param name="file">The bytes; whoever sends them is limited elsewhere.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async Task<string?> ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        // A reader that looks for a byte order mark goes on without strictness behind one.
        using var reader = new StreamReader(file, StrictUtf8, detectEncodingFromByteOrderMarks: false);
        try
        {
            return WithoutMark(await reader.ReadToEndAsync(cancellationToken));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The text without the byte order mark that spreadsheets begin it with.</summary>
    public static string WithoutMark(string text) => text.StartsWith(ByteOrderMark) ? text[1..] : text;
}
