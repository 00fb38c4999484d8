using System.Text.RegularExpressions;

namespace CloudKick.Relay.FreeTexts;

/// <summary>
/// What people write for people: labels, names, references. It is stored, shown, exported and audited, so what must be in none of these
/// is refused where it comes in.
/// </summary>
internal static partial class FreeText
{
    /// <summary>What is said of a text that <see cref="IsSensitive"/>.</summary>
    public const string Rule = "looks like a card number, an API key or a private key: none of them belongs here";

    /// <summary>Whether the text has something in it that looks like a card number, an API key with its secret, or a private key.</summary>
    public static bool IsSensitive(ReadOnlySpan<char> text) =>
        CardNumber.IsIn(text) || ApiKey().IsMatch(text) || text.Contains("PRIVATE KEY-----", StringComparison.OrdinalIgnoreCase);

    /// <summary>The text, where a list says what is wrong with it; <c>…</c> for what <see cref="IsSensitive"/>.</summary>
    public static string Shown(string? text) => IsSensitive(text) ? "…" : text ?? "";

    /// <summary>Whether the text is short enough and has neither control characters nor anything sensitive in it.</summary>
    public static bool IsFit(string text, int maximumLength) => text.Length <= maximumLength && !text.Any(char.IsControl) && !IsSensitive(text);

    // As ApiKeyToken writes them.
    [GeneratedRegex("ck_[a-z0-9]{1,16}_[a-z0-9]{16}_[A-Za-z0-9_-]{43}")]
    private static partial Regex ApiKey();
}
