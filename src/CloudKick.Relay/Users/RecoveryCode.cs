using System.Security.Cryptography;
using System.Text;

namespace CloudKick.Relay.Users;

/// <summary>
/// A code that replaces the second factor once: 80 random bits, shown as <c>ABCD-EFGH-IJKL-MNOP</c>. Random, so that a fast hash is
/// enough.
/// </summary>
internal static class RecoveryCode
{
    /// <summary>How many a user gets at once.</summary>
    public const int PerUser = 10;

    private const int Length = 16;
    private const int GroupLength = 4;

    public static string[] NewSet() => [.. Enumerable.Range(0, PerUser).Select(_ => New())];

    /// <summary>The hash that is kept; null for what cannot be a recovery code. Case, spaces and dashes do not count.</summary>
    public static byte[]? Hash(string text)
    {
        var bare = new string([.. text.Where(c => c is not ('-' or ' '))]).ToUpperInvariant();
        return bare.Length == Length && bare.All(c => Base32.Alphabet.Contains(c, StringComparison.Ordinal))
            ? SHA256.HashData(Encoding.ASCII.GetBytes(bare))
            : null;
    }

    private static string New() =>
        string.Join('-', RandomNumberGenerator.GetString(Base32.Alphabet, Length).Chunk(GroupLength).Select(group => new string(group)));
}
