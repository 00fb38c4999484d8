using CloudKick.Relay.Problems;

namespace CloudKick.Relay.Whitelist;

/// <summary>
/// What was sent to be imported, read and judged as a whole: either settings, one for each numbered line, or every fault that was
/// found. Pure.
/// </summary>
internal sealed class WhitelistImportFile
{
    public const int MaximumLines = 10_000;

    /// <summary>So many faults are named; a file with more of them is wrong as a whole.</summary>
    public const int MaximumFaults = 1_000;

    private static readonly string[] Columns = ["terminalId", "label", "enabledUntil"];

    private readonly string _place;
    private readonly List<ImportLine> _lines = [];
    private readonly List<ImportFault> _faults = [];
    private readonly Dictionary<string, int> _numberOf = new(StringComparer.Ordinal);
    private int _count;

    private WhitelistImportFile(string place) => _place = place;

    /// <summary>Every line, in order, those with faults too.</summary>
    public IReadOnlyList<ImportLine> Lines => _lines;

    /// <summary>Where each setting stood.</summary>
    public IReadOnlyList<int> Numbers => [.. _lines.Select(line => line.Number)];

    /// <summary>What is wanted; of no use when there are faults.</summary>
    public IReadOnlyList<WhitelistSetting> Settings => [.. _lines.Select(line => line.Setting).OfType<WhitelistSetting>()];

    /// <summary>What is wrong; empty when all is well.</summary>
    public IReadOnlyList<ImportFault> Faults => _faults;

    /// <summary>
    /// Reads CSV with a header line that names the columns <c>terminalId</c>, <c>label</c> and <c>enabledUntil</c>, in any order, the
    /// latter two optional.
    /// </summary>
    public static WhitelistImportFile FromCsv(string text)
    {
        var file = new WhitelistImportFile("lines");
        var reader = new CsvReader(text.TrimStart('\uFEFF'));
        var header = reader.Read();
        if (header is not null && file.ReadHeader(header, reader.RecordLine) is { } columns)
            file.ReadRecords(reader, columns);
        else if (header is null && reader.Fault is null)
            file.Blame(null, "body", ImportFault.Empty, "is empty: the first line names the columns terminalId,label,enabledUntil");

        if (reader.Fault is not null)
            file.Blame(reader.RecordLine, $"lines[{reader.RecordLine}]", ImportFault.OfCsv(reader.Fault), $"is not CSV (RFC 4180): {reader.Fault}");
        return file.Judged();
    }

    /// <summary>Reads the entries of a JSON import.</summary>
    public static WhitelistImportFile FromJson(WhitelistImport import)
    {
        var file = new WhitelistImportFile("entries");
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
                file.Blame(i, $"entries[{i}]", ImportFault.NoObject, "must be an object");
        }

        return file.Judged();
    }

    private int[]? ReadHeader(IReadOnlyList<string> header, int line)
    {
        var columns = Columns.Select(column => header.ToList().IndexOf(column)).ToArray();
        (string Code, string Message)? fault = header switch
        {
            [var only] when only.Contains(';', StringComparison.Ordinal) =>
                (ImportFault.Semicolons, "separates the columns with ';': save the file as comma-separated"),
            _ when header.Distinct(StringComparer.Ordinal).Count() != header.Count => (ImportFault.ColumnTwice, "names a column twice"),
            _ when header.Except(Columns, StringComparer.Ordinal).Any() =>
                (ImportFault.UnknownColumn, "names a column other than terminalId, label and enabledUntil"),
            _ when columns[0] < 0 => (ImportFault.NoTerminalColumn, "does not name the column terminalId"),
            _ => null,
        };
        if (fault is not { } found)
            return columns;
        Blame(line, $"lines[{line}]", found.Code, found.Message);
        return null;
    }

    private void ReadRecords(CsvReader reader, int[] columns)
    {
        var width = columns.Count(column => column >= 0);
        while (reader.Read() is { } fields && HasRoom())
        {
            if (fields.Count != width)
                Blame(
                    reader.RecordLine, $"lines[{reader.RecordLine}]", ImportFault.Fields, $"has {fields.Count} fields where the header names {width}",
                    fields.Count, width);
            else
                Add(reader.RecordLine, new WhitelistLine(fields[columns[0]], Field(columns[1]), Field(columns[2])));

            string? Field(int column) => column < 0 ? null : fields[column];
        }
    }

    private void Add(int number, WhitelistLine line)
    {
        var found = WhitelistRules.Instance.Validate(line).Errors;
        foreach (var failure in found)
            Blame(number, $"{_place}[{number}].{JsonPath.FromProperty(failure.PropertyName)}", failure.ErrorCode, failure.ErrorMessage);
        var isTwice = line.TerminalId is { } terminalId && !_numberOf.TryAdd(terminalId, number);
        if (isTwice)
        {
            var first = _numberOf[line.TerminalId!];
            Blame(number, $"{_place}[{number}].terminalId", ImportFault.Twice, $"is named at {_place}[{first}] already", first);
        }

        _lines.Add(new ImportLine(number, line, found.Count == 0 && !isTwice ? WhitelistRules.ToSetting(line) : null));
    }

    private bool HasRoom()
    {
        if (++_count <= MaximumLines)
            return true;
        Blame(null, _place, ImportFault.TooMany, $"are more than {MaximumLines}: send them in parts", MaximumLines);
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
