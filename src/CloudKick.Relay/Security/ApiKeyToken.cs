using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CloudKick.Relay.Security;

/// <summary>
/// What a client sends as its key: <c>ck_&lt;environment&gt;_&lt;key id&gt;_&lt;secret&gt;</c>. The id is public; the secret is 256 random bits
/// and exists only here, never in the database.
/// </summary>
/// <param name="Environment">Where the key belongs, <c>[a-z0-9]{1,16}</c>: so that a person sees a test key for what it is.</param>
/// <param name="KeyId">16 characters <c>[a-z0-9]</c>.</param>
/// <param name="Secret">43 characters base64url.</param>
internal sealed record ApiKeyToken(string Environment, string KeyId, string Secret)
{
    public const int MaximumLength = 256;
    private const string Prefix = "ck";
    private const string IdAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const int MaximumEnvironmentLength = 16;
    private const int IdLength = 16;
    private const int SecretBytes = 32;
    private const int SecretLength = 43;

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create(IdAlphabet);

    private static readonly SearchValues<char> SecretCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>A new key.</summary>
    public static ApiKeyToken Generate(string environment) => IsEnvironment(environment)
        ? new(environment, RandomNumberGenerator.GetString(IdAlphabet, IdLength), Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)))
        : throw new ArgumentException($"An environment is 1 to {MaximumEnvironmentLength} characters a-z and 0-9.", nameof(environment));

    public static bool IsEnvironment(string? text) =>
        text is { Length: > 0 and <= MaximumEnvironmentLength } && !text.AsSpan().ContainsAnyExcept(IdCharacters);

    public static bool IsKeyId(string? text) =>
        text is { Length: IdLength } && !text.AsSpan().ContainsAnyExcept(IdCharacters);

    /// <summary>Exactly the form above, or null.</summary>
    public static ApiKeyToken? Parse(ReadOnlySpan<char> text)
    {
        if (text.Length > MaximumLength)
            return null;
        // The secret may hold underscores, so it is the rest.
        Span<Range> parts = stackalloc Range[4];
        if (text.Split(parts, '_') != 4 || !text[parts[0]].SequenceEqual(Prefix))
            return null;
        var (environment, keyId, secret) = (text[parts[1]].ToString(), text[parts[2]].ToString(), text[parts[3]].ToString());
        return IsEnvironment(environment) && IsKeyId(keyId) && secret.Length == SecretLength && !secret.AsSpan().ContainsAnyExcept(SecretCharacters)
            ? new ApiKeyToken(environment, keyId, secret)
            : null;
    }

    /// <summary>The SHA-256 of the secret's characters: what the database keeps. The secret is random, so a fast hash is enough.</summary>
    public byte[] HashSecret() => SHA256.HashData(Encoding.ASCII.GetBytes(Secret));

    /// <summary>The whole key, secret included: for its owner's eyes, once.</summary>
    public string Reveal() => $"{Prefix}_{Environment}_{KeyId}_{Secret}";

    /// <summary>Without the secret, so that it cannot slip into a log.</summary>
    public override string ToString() => $"{Prefix}_{Environment}_{KeyId}_…";
}
