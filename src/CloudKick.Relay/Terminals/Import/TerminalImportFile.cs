using CloudKick.Relay.Whitelist;

namespace CloudKick.Relay.Terminals.Import;

/// <summary>One line of what the management system exported.</summary>
/// <param name="Number">Where it stood, from 1.</param>
/// <param name="Terminal">What it says; null when it has faults.</param>
/// <param name="Faults">What is wrong with it.</param>
internal sealed record TerminalImportLine(int Number, NewTerminal? Terminal, IReadOnlyList<TerminalImportFault> Faults);

/// <summary>Something that is wrong, for whoever puts it into words.</summary>
/// <param name="Code">What: one of the constants, a code of <see cref="TerminalRules"/>, or with <see cref="NotCsv"/> of <see cref="ImportFault.OfCsv"/>.</param>
/// <param name="Facts">What the words tell besides, in their order.</param>
internal sealed record TerminalImportFault(string Code, params object[] Facts)
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

    /// <summary>Its facts are the line and the code of the CSV's fault.</summary>
    public const string NotCsv = "not-csv";
}

/// <summary>
/// Terminals as CSV (RFC 4180) with a header line: <c>terminalId</c> and <c>managementSystemId</c>, and in any order
/// <c>label</c>, <c>firmwareVersion</c>, <c>connectMode</c> and <c>subscriptionTopic</c> where they differ from what is usual. Pure.
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
    private static readonly string[] Columns = [Id, ManagementSystem, Label, Firmware, Mode, Topic];

    /// <summary>Reads and judges a file; <see cref="Fault"/> when it is none.</summary>
    public static TerminalImportFile Read(string text)
    {
        var reader = new CsvReader(text.TrimStart('\uFEFF'));
        var header = reader.Read()?.ToList();
        if (header is null)
            return new([], reader.Fault is null ? new(TerminalImportFault.Empty, string.Join(',', Columns)) : NotCsv(reader));
        if (header.Except(Columns, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
            return new([], new(TerminalImportFault.UnknownColumn, unknown, string.Join(',', Columns)));
        if (!header.Contains(Id) || !header.Contains(ManagementSystem) || header.Distinct(StringComparer.Ordinal).Count() != header.Count)
            return new([], new(TerminalImportFault.Columns, Id, ManagementSystem));

        var lines = new List<TerminalImportLine>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (reader.Read() is { } fields)
        {
            if (lines.Count == MaximumLines)
                return new([], new(TerminalImportFault.TooMany, MaximumLines));
            lines.Add(fields.Count == header.Count
                ? Judge(reader.RecordLine, column => header.IndexOf(column) is var at and >= 0 ? fields[at].Trim() : "", seen)
                : new(reader.RecordLine, null, [new(TerminalImportFault.Fields, fields.Count, header.Count)]));
        }

        return reader.Fault is null ? new(lines, null) : new([], NotCsv(reader));
    }

    private static TerminalImportFault NotCsv(CsvReader reader) =>
        new(TerminalImportFault.NotCsv, reader.RecordLine, ImportFault.OfCsv(reader.Fault!));

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
        List<TerminalImportFault> faults = [];
        if (!TerminalId.IsWellFormed(id))
            faults.Add(new(TerminalImportFault.TerminalId));
        else if (TerminalId.IsCardNumber(id))
            faults.Add(new(TerminalImportFault.CardNumber));
        else if (!seen.TryAdd(id, number))
            faults.Add(new(TerminalImportFault.Twice, seen[id]));
        if (field(ManagementSystem).Length == 0)
            faults.Add(new(TerminalImportFault.NoManagementSystem));
        faults.AddRange(TerminalRules.Instance.Validate(settings).Errors.Select(fault => new TerminalImportFault(fault.ErrorCode)));
        return new(number, faults.Count == 0 ? new NewTerminal(id, field(ManagementSystem)) { Settings = settings } : null, faults);
    }

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
