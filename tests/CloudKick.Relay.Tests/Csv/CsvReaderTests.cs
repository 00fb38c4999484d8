using CloudKick.Relay.Csv;

namespace CloudKick.Relay.Tests.Csv;

internal sealed class CsvReaderTests
{
    [TestCase("a,b\r\nc,d\r\n", new[] { "1:a|b", "2:c|d" })]
    [TestCase("a,b\nc,d", new[] { "1:a|b", "2:c|d" }, TestName = "A line feed alone ends a line, and nothing the last one")]
    [TestCase("a,,\n", new[] { "1:a||" }, TestName = "Fields may be empty, also the last one")]
    [TestCase("\"a,b\",\"c\"\"d\"\n", new[] { "1:a,b|c\"d" }, TestName = "Quoted fields hold commas and doubled quotes")]
    [TestCase("\"a\r\nb\",c\nd\n", new[] { "1:a\r\nb|c", "3:d" }, TestName = "Quoted fields hold line ends, which are counted")]
    [TestCase("\n\r\na\n\nb\n\n", new[] { "3:a", "5:b" }, TestName = "Empty lines are passed over and counted")]
    [TestCase("\"\",a\n", new[] { "1:|a" }, TestName = "A quoted field may be empty")]
    [TestCase("a;b\n;\nc;d\n;\n;;\n\"\"\n", new[] { "1:a|b", "3:c|d" }, TestName = "Lines of nothing but empty fields are passed over and counted")]
    [TestCase(" a , b \n", new[] { "1: a | b " }, TestName = "Spaces belong to the field (RFC 4180 §2.4)")]
    [TestCase("a;b\r\nc,1;\"d;e\"\r\n", new[] { "1:a|b", "2:c,1|d;e" }, TestName = "Semicolons separate where the first line has them first")]
    [TestCase("\r\n\"a,1\";b\nc;d\n", new[] { "2:a,1|b", "3:c|d" }, TestName = "What is quoted in the first line separates nothing")]
    [TestCase("a,b;c\nd;e,f\n", new[] { "1:a|b;c", "2:d;e|f" }, TestName = "A comma that comes first separates")]
    [TestCase("a\nb;c\n", new[] { "1:a", "2:b;c" }, TestName = "A first line without either leaves semicolons alone")]
    [TestCase("", new string[0], TestName = "An empty text has no records")]
    public void Reads_what_RFC_4180_defines(string text, string[] expected)
    {
        var (records, fault) = ReadAll(text);

        Assert.That(records, Is.EqualTo(expected));
        Assert.That(fault, Is.Null);
    }

    [TestCase("a\"b\n", "a quote stands inside", TestName = "A quote in a bare field is a fault")]
    [TestCase("\"a\nb", "no closing quote", TestName = "A quoted field that never ends is a fault")]
    [TestCase("\"a\"b\n", "goes on after its closing quote", TestName = "Text after a closing quote is a fault")]
    [TestCase("a\rb\n", "carriage return stands alone", TestName = "A lone carriage return is a fault")]
    [TestCase("a\r", "carriage return stands alone", TestName = "A lone carriage return at the end is a fault")]
    [TestCase("\r", "carriage return stands alone", TestName = "A lone carriage return at the start is a fault")]
    [TestCase("\"", "no closing quote", TestName = "A lone quote is a fault")]
    public void Stops_at_what_is_not_CSV(string text, string expected)
    {
        var (_, fault) = ReadAll(text);

        Assert.That(fault, Does.Contain(expected));
    }

    [Test]
    public void What_was_written_by_the_rules_is_read_back([Random(0, int.MaxValue, 200)] int seed, [Values(',', ';')] char separator)
    {
        var random = new Random(seed);
        string[][] written = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Enumerable.Range(0, random.Next(2, 5)).Select(_ => Field(random)).ToArray())];
        var text = string.Concat(written.Select(record => string.Join(separator, record.Select(Quoted)) + (random.Next(2) == 0 ? "\n" : "\r\n")));

        var reader = new CsvReader(text);
        List<IReadOnlyList<string>> read = [];
        while (reader.Read() is { } record)
            read.Add(record);

        Assert.That(reader.Fault, Is.Null, text);
        Assert.That(read, Is.EqualTo(written.Where(record => record.Any(field => field.Length > 0))), text);
    }

    [Test]
    public void Any_text_comes_to_an_end([Random(0, int.MaxValue, 200)] int seed)
    {
        var random = new Random(seed);
        var text = new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => "a,;\"\r\n"[random.Next(6)])]);

        var (records, _) = ReadAll(text);

        Assert.That(records, Has.Count.LessThanOrEqualTo(text.Length));
    }

    private static string Field(Random random) => new([.. Enumerable.Range(0, random.Next(6)).Select(_ => "ab ,;\"\n\ré"[random.Next(9)])]);

    private static string Quoted(string field) =>
        field.AsSpan().IndexOfAny("\",;\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static (List<string> Records, string? Fault) ReadAll(string text)
    {
        var reader = new CsvReader(text);
        List<string> records = [];
        while (reader.Read() is { } record)
            records.Add($"{reader.RecordLine}:{string.Join('|', record)}");
        return (records, reader.Fault);
    }
}
