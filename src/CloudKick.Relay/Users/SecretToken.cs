using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CloudKick.Relay.Users;

/// <summary>256 random bits for a cookie or a link; the database keeps only their hash.</summary>
/// <param name="Text">43 characters base64url.</param>
internal sealed record SecretToken(string Text)
{
    private const int Bytes = 32;
    private const int Length = 43;

    /// <summary>The SHA-256 of its characters.</summary>
    public byte[] Hash => SHA256.HashData(Encoding.ASCII.GetBytes(Text));

    public static SecretToken New() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));

    /// <summary>The token, or null for what cannot be one.</summary>
    public static SecretToken? Parse(string? text) =>
        text is { Length: Length } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? new SecretToken(text) : null;

    /// <summary>Without the secret, so that it cannot slip into a log.</summary>
    public override string ToString() => "…";
}
