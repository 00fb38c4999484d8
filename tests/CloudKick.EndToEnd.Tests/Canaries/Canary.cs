using System.Net;

namespace CloudKick.EndToEnd.Tests.Canaries;

/// <summary>Something that must not be found anywhere.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Text">As it is sent.</param>
/// <param name="Needle">The part of it that gives it away.</param>
internal sealed record Canary(string Name, string Text, string Needle)
{
    private static readonly char[] Separators = [' ', '-', '.'];

    /// <summary>The needle as it may stand somewhere: as it is, escaped for an address or a form, and a number without what parts its groups.</summary>
    public IReadOnlyList<string> Needles { get; } =
    [
        .. new[] { Needle, Uri.EscapeDataString(Needle), WebUtility.UrlEncode(Needle), WithoutSeparators(Needle) }.Distinct(StringComparer.Ordinal),
    ];

    /// <summary>
    /// What is recognised for what it is, wherever it comes in: it is refused, or not kept. Numbers are the brands' own test numbers.
    /// </summary>
    public static IReadOnlyList<Canary> Recognised { get; } =
    [
        new("a card number", "4111111111111111", "4111111111111111"),
        new("a card number in groups", "5500 0000 0000 0004", "5500 0000 0000 0004"),
        new("a card number with its expiry date", "378282246310005 12/27", "378282246310005"),
        new("track 2", ";6011000990139424=25121011000012345678?", "6011000990139424"),
        new("an API key", "ck_live_abcdefgh01234567_canary0secret0canary0secret0canary0secret00", "canary0secret0canary0secret0canary0secret00"),
        new("a private key", "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49canaryprivatekey\n-----END PRIVATE KEY-----", "canaryprivatekey"),
    ];

    /// <summary>One of each rule by which they are recognised, where each takes its time.</summary>
    public static IEnumerable<Canary> OfEachKind => Recognised.Where(canary => canary.Name is "a card number in groups" or "an API key" or "a private key");

    /// <summary>
    /// What looks like nothing in particular. Where text of the caller's choice belongs it is kept as that; where it has no business, or
    /// is a password or a token, it is not.
    /// </summary>
    public static Canary Opaque { get; } = new("a password", "Opaque-canary-W7q9", "Opaque-canary-W7q9");

    /// <summary>Whether it is in the text, in one way or another.</summary>
    public bool IsIn(string text) => Needles.Any(needle => text.Contains(needle, StringComparison.OrdinalIgnoreCase));

    /// <summary>How the text begins, and what stands around the canary in it.</summary>
    public string Excerpt(string text)
    {
        const int beginning = 120;
        const int around = 90;
        var at = Needles.Select(needle => text.IndexOf(needle, StringComparison.OrdinalIgnoreCase)).First(at => at >= 0);
        return text.Length <= beginning + around + around ? text : $"{text[..beginning]} … {text[Math.Max(0, at - around)..Math.Min(text.Length, at + around)]}";
    }

    private static string WithoutSeparators(string text) =>
        text.All(letter => char.IsAsciiDigit(letter) || Separators.Contains(letter)) ? string.Concat(text.Where(char.IsAsciiDigit)) : text;
}
