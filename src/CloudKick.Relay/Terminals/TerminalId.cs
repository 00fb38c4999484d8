using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using CloudKick.Relay.FreeTexts;

namespace CloudKick.Relay.Terminals;

/// <summary>
/// What a terminal id (TMS ID) may look like: letters, digits, <c>_</c> and <c>-</c>, 1 to 16 of them. The first of three gates; the
/// database's check and the topic's builder are the others. No terminal gets an id that looks like a card number, since it would be in every
/// list; one that has it already keeps it, and is kicked, read and changed like any other.
/// </summary>
internal static partial class TerminalId
{
    public const int MaximumLength = 16;

    /// <summary>The rule as clients see it.</summary>
    public const string Pattern = "^[A-Za-z0-9_-]{1,16}$";

    /// <summary>What is said of an id that breaks the rule.</summary>
    public const string Rule = "must be 1 to 16 letters, digits, '_' or '-'";

    /// <summary>What is said of an id that has the form and may not be given to a terminal.</summary>
    public const string NoCardNumber = "looks like a card number, and a terminal's id is in every list: give the terminal another one";

    public static bool IsWellFormed([NotNullWhen(true)] string? text) => text is not null && Form().IsMatch(text);

    /// <summary>Whether an id that has the form looks like a card number: not where terminals are registered, nor in lists of what may be none.</summary>
    public static bool IsCardNumber(string? text) => CardNumber.IsIn(text);

    /// <summary>What an answer calls a terminal that it does not have, after the word: the id, unless it looks like what is not to be repeated.</summary>
    public static string InAnswer(string id) => IsCardNumber(id) ? "of this id" : id;

    /// <summary>Whether ids can begin like this; the empty text is the beginning of all.</summary>
    public static bool IsPrefix([NotNullWhen(true)] string? text) => text is not null && (text.Length == 0 || Form().IsMatch(text));

    // \z and not $: the latter lets a final line feed through.
    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,16}\z")]
    private static partial Regex Form();
}
