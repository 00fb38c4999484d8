using CloudKick.Relay.Csv;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Times;

namespace CloudKick.Relay.Whitelist;

/// <summary>
/// What was sent to be imported, read and judged as a whole: its lines, the settings of those that keep the rules, and what is wrong with
/// the others. Pure.
/// </summary>
internal sealed class WhitelistImportFile
{
    public const int MaximumLines = 10_000;

    /// <summary>So many faults are named, the first ones. A line of which none is named any more is faulty all the same: it has no setting.</summary>
    public const int MaximumFaults = 1_000;

    private static readonly string[] Columns = ["terminalId", "label", "enabledUntil"];

    private readonly string _place;
    private readonly IReadOnlySet<string> _registered;
    private readonly HashSet<string> _cardNumbers = new(StringComparer.Ordinal);
    private readonly List<ImportLine> _lines = [];
    private readonly List<ImportFault> _faults = [];
    private readonly Dictionary<string, int> _numberOf = new(StringComparer.Ordinal);
    private int _count;

    private WhitelistImportFile(string place, IReadOnlySet<string>? registered) =>
        (_place, _registered) = (place, registered ?? new HashSet<string>(StringComparer.Ordinal));

    /// <summary>Every line, in order, those too that have faults or could not even be taken apart.</summary>
    public IReadOnlyList<ImportLine> Lines => _lines;

    /// <summary>What the lines that keep the rules want, in their order: all that is imported when there are no faults, and else what a preview tells of.</summary>
    public IReadOnlyList<WhitelistSetting> Settings => [.. _lines.Select(line => line.Setting).OfType<WhitelistSetting>()];

    /// <summary>What is wrong, up to <see cref="MaximumFaults"/>; empty when all is well.</summary>
    public IReadOnlyList<ImportFault> Faults => _faults;

    /// <summary>The ids that were refused for looking like a card number. Those that are terminals of the merchant's are none: say so, and read again.</summary>
    public IReadOnlyCollection<string> CardNumbers => _cardNumbers;

    /// <summary>
    /// Reads CSV with a header line that names the columns <c>terminalId</c>, <c>label</c> and <c>enabledUntil</c>, in any order, the
    /// latter two optional; commas or semicolons separate, as in the header line. A column that is not named is none of an entry's: it keeps
    /// what it has.
    /// </summary>
    /// <param name="text">The file.</param>
    /// <param name="zone">Where a day ends that stands in <c>enabledUntil</c> without a time; null: in UTC.</param>
    /// <param name="registered">Ids that look like card numbers and are terminals of the merchant's; null: none is known.</param>
    public static WhitelistImportFile FromCsv(string text, TimeZoneInfo? zone = null, IReadOnlySet<string>? registered = null)
    {
        var file = new WhitelistImportFile("lines", registered);
        var reader = new CsvReader(CsvText.WithoutMark(text));
        var header = reader.Read();
        if (header is not null && file.ReadHeader(header, reader.RecordLine) is { } columns)
            file.ReadRecords(reader, columns, zone ?? TimeZoneInfo.Utc);
        else if (header is null && reader.Fault is null)
            file.Blame(null, "body", ImportFault.Empty, "is empty: the first line names the columns terminalId,label,enabledUntil");

        if (reader.Fault is not null)
            file.AddUnreadable(reader.RecordLine, ImportFault.OfCsv(reader.Fault), $"is not CSV (RFC 4180): {reader.Fault}");
        return file.Judged();
    }

    /// <summary>Reads the entries of a JSON import.</summary>
    /// <param name="import">The body.</param>
    /// <param name="registered">As above.</param>
    public static WhitelistImportFile FromJson(WhitelistImport import, IReadOnlySet<string>? registered = null)
    {
        var file = new WhitelistImportFile("entries", registered);
        if (import.Entries is not { } entries)
        {
            file.Blame(null, "entries", ImportFault.Empty, "is required");
            return file;
        }

        for (var i = 0; i < entries.Count && file.HasRoom(); i++)
        {
            if (entries[i] is { } line)
                file.Add(i, line);
            else
                file.AddUnreadable(i, ImportFault.NoObject, "must be an object");
        }

        return file.Judged();
    }

    private int[]? ReadHeader(IReadOnlyList<string> header, int line)
    {
        var columns = Columns.Select(column => header.ToList().IndexOf(column)).ToArray();
        (string Code, string Message)? fault = header switch
        {
            _ when header.Distinct(StringComparer.Ordinal).Count() != header.Count => (ImportFault.ColumnTwice, "names a column twice"),
            _ when header.Except(Columns, StringComparer.Ordinal).Any() =>
                (ImportFault.UnknownColumn, "names a column other than terminalId, label and enabledUntil"),
            _ when columns[0] < 0 => (ImportFault.NoTerminalColumn, "does not name the column terminalId"),
            _ => null,
        };
        if (fault is not { } found)
            return columns;
        AddUnreadable(line, found.Code, found.Message);
        return null;
    }

    private void ReadRecords(CsvReader reader, int[] columns, TimeZoneInfo zone)
    {
        var width = columns.Count(column => column >= 0);
        while (reader.Read() is { } fields && HasRoom())
        {
            if (fields.Count != width)
            {
                // What stands in the id's place tells people which line it is.
                var id = columns[0] < fields.Count ? fields[columns[0]] : null;
                AddUnreadable(reader.RecordLine, new WhitelistLine(id), ImportFault.Fields, $"has {fields.Count} fields where the header names {width}", fields.Count, width);
            }
            else
                Add(reader.RecordLine, new WhitelistLine(fields[columns[0]], Field(columns[1]), WholeDay.EndIfDay(Field(columns[2]), zone)));

            string? Field(int column) => column < 0 ? null : fields[column];
        }
    }

    private void Add(int number, WhitelistLine line)
    {
        var found = WhitelistRules.Instance.Validate(line).Errors;
        foreach (var failure in found)
            Blame(number, $"{_place}[{number}].{JsonPath.FromProperty(failure.PropertyName)}", failure.ErrorCode, failure.ErrorMessage);
        var isCardNumber = line.TerminalId is { } id && Terminals.TerminalId.IsCardNumber(id) && !_registered.Contains(id);
        if (isCardNumber)
        {
            _cardNumbers.Add(line.TerminalId!);
            Blame(number, $"{_place}[{number}].terminalId", ImportFault.CardNumber, Terminals.TerminalId.NoCardNumber);
        }

        var isTwice = line.TerminalId is { } terminalId && !_numberOf.TryAdd(terminalId, number);
        if (isTwice)
        {
            var first = _numberOf[line.TerminalId!];
            Blame(number, $"{_place}[{number}].terminalId", ImportFault.Twice, $"is named at {_place}[{first}] already", first);
        }

        _lines.Add(new ImportLine(number, line, found.Count == 0 && !isCardNumber && !isTwice ? WhitelistRules.ToSetting(line) : null));
    }

    // What could not even be taken apart.
    private void AddUnreadable(int number, string code, string message) => AddUnreadable(number, new WhitelistLine(), code, message);

    private void AddUnreadable(int number, WhitelistLine line, string code, string message, params object[] facts)
    {
        Blame(number, $"{_place}[{number}]", code, message, facts);
        _lines.Add(new ImportLine(number, line, null));
    }

    private bool HasRoom()
    {
        if (++_count <= MaximumLines)
            return true;
        Blame(null, _place, ImportFault.TooMany, $"are more than {MaximumLines}: send them in parts, each with the first line; terminals that a part does not name stay as they are", MaximumLines);
        return false;
    }

    private void Blame(int? number, string field, string code, string message, params object[] facts)
    {
        if (_faults.Count < MaximumFaults)
            _faults.Add(new ImportFault(number, field, code, message, facts));
    }

    private WhitelistImportFile Judged()
    {
        if (_faults.Count == 0 && _lines.Count == 0)
            Blame(null, _place, ImportFault.None, "are none: there is nothing to import");
        return this;
    }
}
