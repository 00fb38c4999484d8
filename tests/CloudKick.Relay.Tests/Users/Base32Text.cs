using CloudKick.Relay.Users;

namespace CloudKick.Relay.Tests.Users;

/// <summary>Base32 as an authenticator app reads what is typed (RFC 4648 §6).</summary>
internal static class Base32Text
{
    public static byte[] Decode(string text)
    {
        var bits = string.Concat(text.Replace(" ", "", StringComparison.Ordinal).Select(c => Convert.ToString(Base32.Alphabet.IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }
}
