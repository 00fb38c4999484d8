using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using CloudKick.Relay.FreeTexts;

namespace CloudKick.Relay.Terminals;

/// <summary>
/// What a terminal id (TMS ID) may look like: letters, digits, <c>_</c> and <c>-</c>, 1 to 16 of them. The first of three gates; the
/// database's check and the topic's builder are the others. What looks like a card number is no terminal's id: it would be in every list.
/// </summary>
internal static partial class TerminalId
{
    public const int MaximumLength = 16;

    /// <summary>The rule as clients see it.</summary>
    public const string Pattern = "^[A-Za-z0-9_-]{1,16}$";

    /// <summary>What is said of an id that breaks the rule.</summary>
    public const string Rule = "must be 1 to 16 letters, digits, '_' or '-', and not a card number";

    public static bool IsWellFormed([NotNullWhen(true)] string? text) => text is not null && Form().IsMatch(text) && !CardNumber.IsIn(text);

    /// <summary>Whether ids can begin like this; the empty text is the beginning of all.</summary>
    public static bool IsPrefix([NotNullWhen(true)] string? text) => text is not null && (text.Length == 0 || Form().IsMatch(text));

    // \z and not $: the latter lets a final line feed through.
    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,16}\z")]
    private static partial Regex Form();
}
