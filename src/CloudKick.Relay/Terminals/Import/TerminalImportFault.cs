using CloudKick.Relay.Problems;

namespace CloudKick.Relay.Terminals.Import;

/// <summary>Something that is wrong with what was sent to be imported.</summary>
/// <param name="Line">Where: the line from 1; null: the whole of it.</param>
/// <param name="Column">Which of its columns; null: the line as such.</param>
/// <param name="Code">What, for whoever says it in another language: one of the constants, or a code of <see cref="TerminalRules"/>.</param>
/// <param name="Message">What, in English.</param>
/// <param name="Facts">What the message tells besides, in its order; with <see cref="NotCsv"/> the line and the CSV fault's code.</param>
internal sealed record TerminalImportFault(int? Line, string? Column, string Code, string Message, params object[] Facts)
{
    public const string Empty = "empty";
    public const string UnknownColumn = "unknown-column";
    public const string Columns = "columns";
    public const string TooMany = "too-many";
    public const string Fields = "fields";
    public const string TerminalId = "terminal-id";
    public const string CardNumber = "card-number";
    public const string Twice = "twice";
    public const string NoManagementSystem = "no-management-system";
    public const string NotCsv = "not-csv";

    // What only the registry can tell.
    public const string UnknownManagementSystem = "unknown-management-system";
    public const string ReservedTerminalId = "reserved-terminal-id";
    public const string ThingNameTaken = "thing-name-taken";
    public const string InvalidTopic = "invalid-topic";

    /// <summary>As the API tells it.</summary>
    public FieldError ToError() => new(Line is null ? "body" : Column is null ? $"lines[{Line}]" : $"lines[{Line}].{Column}", Message, Code);
}
