using CloudKick.Relay.Csv;
using CloudKick.Relay.Problems;

namespace CloudKick.Relay.Whitelist;

/// <summary>Something wrong with what was sent to be imported.</summary>
/// <param name="Number">Where: the line of a CSV file from 1, or the place among JSON entries from 0; null: the whole of it.</param>
/// <param name="Field">The same and the member, as the API names it.</param>
/// <param name="Code">What, for whoever says it in another language.</param>
/// <param name="Message">What, in English.</param>
/// <param name="Facts">What the message tells besides, in its order.</param>
internal sealed record ImportFault(int? Number, string Field, string Code, string Message, params object[] Facts)
{
    public const string TerminalId = "terminal-id";
    public const string CardNumber = "card-number";
    public const string LongLabel = "long-label";
    public const string ControlCharacters = "control-characters";
    public const string Sensitive = "sensitive";
    public const string Moment = "moment";
    public const string Twice = "twice";
    public const string Fields = "fields";
    public const string ColumnTwice = "column-twice";
    public const string UnknownColumn = "unknown-column";
    public const string NoTerminalColumn = "no-terminal-column";
    public const string Empty = "empty";
    public const string None = "none";
    public const string TooMany = "too-many";
    public const string QuoteInside = "quote-inside";
    public const string QuoteOpen = "quote-open";
    public const string QuoteGoesOn = "quote-goes-on";
    public const string LoneCarriageReturn = "lone-carriage-return";
    public const string NoObject = "no-object";

    /// <summary>Every code.</summary>
    public static IReadOnlyList<string> Codes { get; } =
    [
        TerminalId, LongLabel, ControlCharacters, Sensitive, Moment, Twice, Fields, ColumnTwice, UnknownColumn, NoTerminalColumn, Empty, None, TooMany,
        QuoteInside, QuoteOpen, QuoteGoesOn, LoneCarriageReturn, NoObject,
    ];

    /// <summary>As the API tells it.</summary>
    public FieldError ToError() => new(Field, Message, Code);

    /// <summary>The code of a fault that <see cref="CsvReader"/> found.</summary>
    public static string OfCsv(string fault) => fault switch
    {
        CsvReader.QuoteInside => QuoteInside,
        CsvReader.QuoteOpen => QuoteOpen,
        CsvReader.QuoteGoesOn => QuoteGoesOn,
        CsvReader.LoneCarriageReturn => LoneCarriageReturn,
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "CSV has no such fault."),
    };
}

/// <summary>One line of what was sent, as it stood there.</summary>
/// <param name="Number">As <see cref="ImportFault.Number"/>.</param>
/// <param name="Line">What it says.</param>
/// <param name="Setting">What it asks for; null when something is wrong with it.</param>
internal sealed record ImportLine(int Number, WhitelistLine Line, WhitelistSetting? Setting);
