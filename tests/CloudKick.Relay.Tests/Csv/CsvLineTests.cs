using CloudKick.Relay.Csv;

namespace CloudKick.Relay.Tests.Csv;

internal sealed class CsvLineTests
{
    [TestCase("NL-CAT", "NL-CAT")]
    [TestCase("", "")]
    [TestCase("a,b", "\"a,b\"")]
    [TestCase("a;b", "\"a;b\"")]
    [TestCase("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [TestCase("two\r\nlines", "\"two\r\nlines\"")]
    public void Cells_are_quoted_where_they_must_be(string text, string cell) => Assert.That(CsvLine.Harmless(text), Is.EqualTo(cell));

    [TestCase("=1+1", "'=1+1")]
    [TestCase("+31", "'+31")]
    [TestCase("-1", "'-1")]
    [TestCase("@cmd", "'@cmd")]
    [TestCase("\tx", "'\tx")]
    [TestCase("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"")]
    public void Nothing_is_a_formula(string text, string cell) => Assert.That(CsvLine.Harmless(text), Is.EqualTo(cell));
}
