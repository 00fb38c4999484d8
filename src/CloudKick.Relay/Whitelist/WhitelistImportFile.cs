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
    private readonly List<int> _numbers = [];
    private readonly List<WhitelistSetting> _settings = [];
    private readonly List<FieldError> _faults = [];
    private readonly Dictionary<string, int> _numberOf = new(StringComparer.Ordinal);
    private int _count;

    private WhitelistImportFile(string place) => _place = place;

    /// <summary>Where each setting stood.</summary>
    public IReadOnlyList<int> Numbers => _numbers;

    /// <summary>What is wanted; of no use when there are faults.</summary>
    public IReadOnlyList<WhitelistSetting> Settings => _settings;

    /// <summary>What is wrong; empty when all is well.</summary>
    public IReadOnlyList<FieldError> Faults => _faults;

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
            file.Blame("body", "is empty: the first line names the columns terminalId,label,enabledUntil");

        if (reader.Fault is not null)
            file.Blame($"lines[{reader.RecordLine}]", $"is not CSV (RFC 4180): {reader.Fault}");
        return file.Judged();
    }

    /// <summary>Reads the entries of a JSON import.</summary>
    public static WhitelistImportFile FromJson(WhitelistImport import)
    {
        var file = new WhitelistImportFile("entries");
        if (import.Entries is not { } entries)
        {
            file.Blame("entries", "is required");
            return file;
        }

        for (var i = 0; i < entries.Count && file.HasRoom(); i++)
        {
            if (entries[i] is { } line)
                file.Add(i, line);
            else
                file.Blame($"entries[{i}]", "must be an object");
        }

        return file.Judged();
    }

    private int[]? ReadHeader(IReadOnlyList<string> header, int line)
    {
        var columns = Columns.Select(column => header.ToList().IndexOf(column)).ToArray();
        var message = header switch
        {
            [var only] when only.Contains(';', StringComparison.Ordinal) => "separates the columns with ';': save the file as comma-separated",
            _ when header.Distinct(StringComparer.Ordinal).Count() != header.Count => "names a column twice",
            _ when header.Except(Columns, StringComparer.Ordinal).Any() => "names a column other than terminalId, label and enabledUntil",
            _ when columns[0] < 0 => "does not name the column terminalId",
            _ => null,
        };
        if (message is null)
            return columns;
        Blame($"lines[{line}]", message);
        return null;
    }

    private void ReadRecords(CsvReader reader, int[] columns)
    {
        var width = columns.Count(column => column >= 0);
        while (reader.Read() is { } fields && HasRoom())
        {
            if (fields.Count != width)
                Blame($"lines[{reader.RecordLine}]", $"has {fields.Count} fields where the header names {width}");
            else
                Add(reader.RecordLine, new WhitelistLine(fields[columns[0]], Field(columns[1]), Field(columns[2])));

            string? Field(int column) => column < 0 ? null : fields[column];
        }
    }

    private void Add(int number, WhitelistLine line)
    {
        foreach (var failure in WhitelistRules.Instance.Validate(line).Errors)
            Blame($"{_place}[{number}].{JsonPath.FromProperty(failure.PropertyName)}", failure.ErrorMessage);
        if (line.TerminalId is { } terminalId && !_numberOf.TryAdd(terminalId, number))
            Blame($"{_place}[{number}].terminalId", $"is named at {_place}[{_numberOf[terminalId]}] already");

        _numbers.Add(number);
        if (_faults.Count == 0)
            _settings.Add(WhitelistRules.ToSetting(line));
    }

    private bool HasRoom()
    {
        if (++_count <= MaximumLines)
            return true;
        Blame(_place, $"are more than {MaximumLines}: send them in parts");
        return false;
    }

    private void Blame(string field, string message)
    {
        if (_faults.Count < MaximumFaults)
            _faults.Add(new FieldError(field, message));
    }

    private WhitelistImportFile Judged()
    {
        if (_faults.Count == 0 && _settings.Count == 0)
            Blame(_place, "are none: there is nothing to import");
        return this;
    }
}
