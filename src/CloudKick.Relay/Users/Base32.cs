using System.Text;

namespace CloudKick.Relay.Users;

/// <summary>Base 32 (RFC 4648 §6) without padding: how authenticator apps take a secret that is typed.</summary>
internal static class Base32
{
    public const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int BitsPerCharacter = 5;

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder((bytes.Length * 8 + BitsPerCharacter - 1) / BitsPerCharacter);
        var (buffer, bits) = (0, 0);
        foreach (var value in bytes)
        {
            buffer = buffer << 8 | value;
            for (bits += 8; bits >= BitsPerCharacter; bits -= BitsPerCharacter)
                text.Append(Alphabet[buffer >> bits - BitsPerCharacter & 31]);
            buffer &= (1 << bits) - 1;
        }

        if (bits > 0)
            text.Append(Alphabet[buffer << BitsPerCharacter - bits & 31]);
        return text.ToString();
    }
}
