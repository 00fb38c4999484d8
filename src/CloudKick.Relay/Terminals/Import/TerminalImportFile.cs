using CloudKick.Relay.Csv;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Whitelist;

namespace CloudKick.Relay.Terminals.Import;

/// <summary>One line of what the management system exported.</summary>
/// <param name="Number">Where it stood, from 1.</param>
/// <param name="TerminalId">What stands where the id should; empty when nothing does.</param>
/// <param name="ManagementSystemId">What stands where the terminal management system should; empty when the line could not be taken apart.</param>
/// <param name="Terminal">What it says; null when it has faults.</param>
/// <param name="Faults">What is wrong with it.</param>
internal sealed record TerminalImportLine(
    int Number, string TerminalId, string ManagementSystemId, NewTerminal? Terminal, IReadOnlyList<TerminalImportFault> Faults);

/// <summary>
/// Terminals as CSV (RFC 4180) with a header line: <c>terminalId</c> and <c>managementSystemId</c>, and in any order
/// <c>label</c>, <c>firmwareVersion</c>, <c>connectMode</c> and <c>subscriptionTopic</c> where they differ from what is usual; commas or
/// semicolons separate, as in the header line. Pure.
/// </summary>
internal sealed record TerminalImportFile(IReadOnlyList<TerminalImportLine> Lines, TerminalImportFault? Fault)
{
    public const int MaximumLines = 5_000;

    private const string Id = "terminalId";
    private const string ManagementSystem = "managementSystemId";
    private const string Label = "label";
    private const string Firmware = "firmwareVersion";
    private const string Mode = "connectMode";
    private const string Topic = "subscriptionTopic";

    /// <summary>The columns, in the order in which they are told of.</summary>
    public static IReadOnlyList<string> Columns { get; } = [Id, ManagementSystem, Label, Firmware, Mode, Topic];

    /// <summary>Reads and judges a file; <see cref="Fault"/> when it is none.</summary>
    public static TerminalImportFile Read(string text)
    {
        var reader = new CsvReader(CsvText.WithoutMark(text));
        var header = reader.Read()?.ToList();
        if (header is null)
            return Wrong(reader.Fault is null ? new(null, null, TerminalImportFault.Empty, $"is empty: the first line names the columns {All}", All) : NotCsv(reader));
        // By its number: what stands there instead of a name may be anything.
        if (header.FindIndex(name => !Columns.Contains(name)) is >= 0 and var unknown)
            return Wrong(new(reader.RecordLine, null, TerminalImportFault.UnknownColumn, $"names a column other than {All}", unknown + 1, All));
        if (!header.Contains(Id) || !header.Contains(ManagementSystem) || header.Distinct(StringComparer.Ordinal).Count() != header.Count)
            return Wrong(new(reader.RecordLine, null, TerminalImportFault.Columns, $"must name the columns {Id} and {ManagementSystem}, and none twice", Id, ManagementSystem));

        var lines = new List<TerminalImportLine>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (reader.Read() is { } fields)
        {
            if (lines.Count == MaximumLines)
                return Wrong(new(null, null, TerminalImportFault.TooMany, $"has more than {MaximumLines} lines: send them in parts", MaximumLines));
            var number = reader.RecordLine;
            lines.Add(fields.Count == header.Count
                ? Judge(number, column => Cell(fields, header.IndexOf(column)), seen)
                : new(number, Cell(fields, header.IndexOf(Id)), "", null, [new(number, null, TerminalImportFault.Fields, $"has {fields.Count} fields where the header names {header.Count}", fields.Count, header.Count)]));
        }

        return reader.Fault is not null ? Wrong(NotCsv(reader))
            : lines.Count == 0 ? Wrong(new(null, null, TerminalImportFault.Empty, $"has no lines after the first, which names the columns {All}", All))
            : new(lines, null);
    }

    private static string Cell(IReadOnlyList<string> fields, int column) => column >= 0 && column < fields.Count ? fields[column].Trim() : "";

    private static string All => string.Join(',', Columns);

    private static TerminalImportFile Wrong(TerminalImportFault fault) => new([], fault);

    private static TerminalImportFault NotCsv(CsvReader reader) => new(
        reader.RecordLine, null, TerminalImportFault.NotCsv, $"is not CSV (RFC 4180): {reader.Fault}", reader.RecordLine, ImportFault.OfCsv(reader.Fault!));

    private static TerminalImportLine Judge(int number, Func<string, string> field, Dictionary<string, int> seen)
    {
        var settings = new TerminalSettings
        {
            Label = field(Label),
            FirmwareVersion = OrNull(field(Firmware)),
            ConnectMode = OrNull(field(Mode)) ?? ConnectMode.CloudConnect2,
            SubscriptionTopic = OrNull(field(Topic)),
        };
        var (id, system) = (field(Id), field(ManagementSystem));
        List<TerminalImportFault> faults = [];
        if (!TerminalId.IsWellFormed(id))
            faults.Add(new(number, Id, TerminalImportFault.TerminalId, TerminalId.Rule));
        else if (TerminalId.IsCardNumber(id))
            faults.Add(new(number, Id, TerminalImportFault.CardNumber, TerminalId.NoCardNumber));
        else if (!seen.TryAdd(id, number))
            faults.Add(new(number, Id, TerminalImportFault.Twice, $"is named at lines[{seen[id]}] already", seen[id]));
        if (system.Length == 0)
            faults.Add(new(number, ManagementSystem, TerminalImportFault.NoManagementSystem, "is required"));
        faults.AddRange(TerminalRules.Instance.Validate(settings).Errors.Select(
            fault => new TerminalImportFault(number, JsonPath.FromProperty(fault.PropertyName), fault.ErrorCode, fault.ErrorMessage)));
        return new(number, id, system, faults.Count == 0 ? new NewTerminal(id, system) { Settings = settings } : null, faults);
    }

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
