using System.Text;
using CloudKick.Fuzzing.Engine;
using CloudKick.Relay.Csv;
using CloudKick.Relay.Terminals.Import;
using CloudKick.Relay.Whitelist;

namespace CloudKick.Fuzzing.Relay;

/// <summary>
/// The CSV files that are imported: the whitelist's and the platform's terminals. What is read and written again as CSV is read as the
/// same cells.
/// </summary>
internal sealed class CsvTarget : IFuzzTarget
{
    private const int FixedAllocation = 256 * 1024;
    private const int AllocationPerByte = 4_000;
    private const int MostLines = 8;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly Dictionary<string, string[]> Columns = new()
    {
        ["label"] = ["Counter 1", "", "é€😀", "a\"b", "a,b", "=1+1"],
        ["enabledUntil"] = ["2027-01-31T23:59:59+01:00", "", "2027-01-31T22:59:59Z", "2027-01-31"],
        ["managementSystemId"] = ["GrundmasterNL", "GrundmasterBE"],
        ["firmwareVersion"] = ["14.0.11.01", ""],
        ["connectMode"] = ["2.0", "both", ""],
        ["subscriptionTopic"] = ["NL-CAT", ""],
    };

    private static readonly string[][] Headers =
    [
        ["terminalId", "label", "enabledUntil"], ["terminalId"], ["label", "terminalId"],
        ["terminalId", "managementSystemId", "label", "firmwareVersion"], ["terminalId", "managementSystemId", "connectMode", "subscriptionTopic"],
        // The last one is none.
        ["terminalId", "nonsense"],
    ];

    private static readonly string[] OddCells = ["a\r\nb", "4111111111111111", "yesterday", "\t", "a;b", new('x', 300)];
    private static readonly string[] LineEnds = ["\r\n", "\n", "\r", "\r\n\r\n", ""];

    private readonly Mutator _mutator = new("\""u8.ToArray(), "\"\""u8.ToArray(), "\r\n"u8.ToArray(), "\r"u8.ToArray(), ","u8.ToArray(), [0xEF, 0xBB, 0xBF], [0xC0, 0x80]);
    private string? _text;

    public string Name => "csv";

    public string Description => "the files that are imported: whitelist and terminals";

    public int Cost => 1;

    public void Generate(FuzzRandom random, FuzzInput input)
    {
        var odd = random.OneIn(3);
        var header = random.Of(Headers);
        var text = new StringBuilder().AppendExact(header);
        for (var line = random.Below(MostLines); line >= 0; line--)
        {
            var cells = new string[odd && random.OneIn(6) ? random.Between(1, 6) : header.Length];
            for (var i = 0; i < cells.Length; i++)
                cells[i] = odd && random.OneIn(6) ? random.Of(OddCells) : Columns.TryGetValue(header[i % header.Length], out var usual) ? random.Of(usual) : $"NL{line:D6}";
            if (odd && random.OneIn(4))
                text.AppendJoin(',', cells).Append(random.Of(LineEnds));
            else
                text.AppendExact(cells);
        }
        input.Add(text.ToString());
        input.IsValid = !odd && header != Headers[^1];
        if (random.OneIn(2))
            _mutator.Mutate(input, random);
    }

    public bool Take(FuzzInput input)
    {
        _text = null;
        try
        {
            _text = StrictUtf8.GetString(input.Bytes);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        var whitelist = WhitelistImportFile.FromCsv(_text);
        FuzzFault.Unless(whitelist.Faults.Count > 0 || whitelist.Settings.Count == whitelist.Lines.Count, "A line is neither a setting nor a fault.");
        var terminals = TerminalImportFile.Read(_text);
        FuzzFault.Unless(terminals.Lines.All(line => line.Terminal is not null ^ line.Faults.Count > 0), "A line is neither a terminal nor a fault.");
        return whitelist.Faults.Count == 0 || (terminals.Fault is null && terminals.Lines.All(line => line.Faults.Count == 0));
    }

    public void Check(FuzzInput input)
    {
        if (_text is null)
            return;
        var records = Read(_text, out var fault);
        if (fault is not null)
            return;
        var written = new StringBuilder();
        foreach (var record in records)
            written.AppendExact([.. record]);
        var again = Read(written.ToString(), out fault);
        FuzzFault.Unless(fault is null && again.Count == records.Count && again.Zip(records).All(pair => pair.First.SequenceEqual(pair.Second)), $"Written and read again: {fault ?? "other cells"}.");
    }

    public long AllocationLimit(int length) => FixedAllocation + ((long)AllocationPerByte * length);

    private static List<IReadOnlyList<string>> Read(string text, out string? fault)
    {
        var reader = new CsvReader(text);
        var records = new List<IReadOnlyList<string>>();
        while (reader.Read() is { } record)
            records.Add(record);
        fault = reader.Fault;
        return records;
    }
}
