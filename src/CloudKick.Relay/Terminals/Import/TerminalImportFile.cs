using CloudKick.Relay.Whitelist;

namespace CloudKick.Relay.Terminals.Import;

/// <summary>One line of what the management system exported.</summary>
/// <param name="Number">Where it stood, from 1.</param>
/// <param name="Terminal">What it says; null when it has faults.</param>
/// <param name="Faults">What is wrong with it, in English.</param>
internal sealed record TerminalImportLine(int Number, NewTerminal? Terminal, IReadOnlyList<string> Faults);

/// <summary>
/// Terminals as CSV (RFC 4180) with a header line: <c>terminalId</c> and <c>managementSystemId</c>, and in any order
/// <c>label</c>, <c>firmwareVersion</c>, <c>connectMode</c> and <c>subscriptionTopic</c> where they differ from what is usual. Pure.
/// </summary>
internal sealed record TerminalImportFile(IReadOnlyList<TerminalImportLine> Lines, string? Fault)
{
    public const int MaximumLines = 5_000;

    private const string Id = "terminalId";
    private const string ManagementSystem = "managementSystemId";
    private const string Label = "label";
    private const string Firmware = "firmwareVersion";
    private const string Mode = "connectMode";
    private const string Topic = "subscriptionTopic";
    private static readonly string[] Columns = [Id, ManagementSystem, Label, Firmware, Mode, Topic];

    /// <summary>Reads and judges a file; <see cref="Fault"/> when it is none.</summary>
    public static TerminalImportFile Read(string text)
    {
        var reader = new CsvReader(text.TrimStart('\uFEFF'));
        var header = reader.Read()?.ToList();
        if (header is null)
            return new([], reader.Fault ?? $"is empty: the first line names the columns {string.Join(',', Columns)}");
        if (header.Except(Columns, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
            return new([], $"names the column '{unknown}'; there are {string.Join(',', Columns)}");
        if (!header.Contains(Id) || !header.Contains(ManagementSystem) || header.Distinct(StringComparer.Ordinal).Count() != header.Count)
            return new([], $"must name the columns {Id} and {ManagementSystem}, and none twice");

        var lines = new List<TerminalImportLine>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (reader.Read() is { } fields)
        {
            if (lines.Count == MaximumLines)
                return new([], $"has more than {MaximumLines} lines: import it in parts");
            lines.Add(fields.Count == header.Count
                ? Judge(reader.RecordLine, column => header.IndexOf(column) is var at and >= 0 ? fields[at].Trim() : "", seen)
                : new(reader.RecordLine, null, [$"has {fields.Count} fields where the header names {header.Count}"]));
        }

        return reader.Fault is { } fault ? new([], $"line {reader.RecordLine}: {fault}") : new(lines, null);
    }

    private static TerminalImportLine Judge(int number, Func<string, string> field, Dictionary<string, int> seen)
    {
        var settings = new TerminalSettings
        {
            Label = field(Label),
            FirmwareVersion = OrNull(field(Firmware)),
            ConnectMode = OrNull(field(Mode)) ?? ConnectMode.CloudConnect2,
            SubscriptionTopic = OrNull(field(Topic)),
        };
        var id = field(Id);
        List<string> faults = [];
        if (!TerminalId.IsWellFormed(id))
            faults.Add($"{Id} {TerminalId.Rule}");
        else if (!seen.TryAdd(id, number))
            faults.Add($"{Id} stands on line {seen[id]} already");
        if (field(ManagementSystem).Length == 0)
            faults.Add($"{ManagementSystem} is required");
        faults.AddRange(TerminalRules.Instance.Validate(settings).Errors.Select(fault => $"{char.ToLowerInvariant(fault.PropertyName[0])}{fault.PropertyName[1..]} {fault.ErrorMessage}"));
        return new(number, faults.Count == 0 ? new NewTerminal(id, field(ManagementSystem)) { Settings = settings } : null, faults);
    }

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
