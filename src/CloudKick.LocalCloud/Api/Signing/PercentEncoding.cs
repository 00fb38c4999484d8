using System.Buffers;
using System.Text;

namespace CloudKick.LocalCloud;

/// <summary>RFC 3986 as Signature Version 4 uses it: all but the unreserved characters, capitals, byte by byte.</summary>
internal static class PercentEncoding
{
    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8);

    public static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    /// <summary>What was encoded, whichever case its digits have. A percent sign that starts nothing stands for itself.</summary>
    public static string Decode(string text) => text.Contains('%') ? Encoding.UTF8.GetString(DecodeBytes(text)) : text;

    /// <summary>One spelling for all that mean the same: decoded and encoded again.</summary>
    public static string Normalize(string text) => Encode(DecodeBytes(text));

    private static string Encode(byte[] bytes)
    {
        if (!bytes.AsSpan().ContainsAnyExcept(Unreserved)) return Encoding.ASCII.GetString(bytes);
        var encoded = new StringBuilder(bytes.Length * 2);
        foreach (byte value in bytes)
        {
            if (Unreserved.Contains(value)) encoded.Append((char)value);
            else encoded.Append('%').Append(Convert.ToHexString([value]));
        }
        return encoded.ToString();
    }

    private static byte[] DecodeBytes(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            bool escape = bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]);
            bytes[length++] = escape ? (byte)((Nibble(bytes[i + 1]) << 4) | Nibble(bytes[i + 2])) : bytes[i];
            if (escape) i += 2;
        }
        return bytes[..length];
    }

    private static int Nibble(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
