using System.Globalization;
using System.Text.Json;
using CloudKick.Relay.Whitelist;

namespace CloudKick.Relay.Tests.Whitelist;

internal sealed class WhitelistImportFileTests
{
    private static readonly WhitelistJson Json = new(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    [Test]
    public void A_line_with_a_wrong_number_of_fields_keeps_what_stands_for_its_id()
    {
        var file = WhitelistImportFile.FromCsv("label,terminalId\ntill,A1,too many\nalone\n");

        Assert.That(file.Lines.Select(line => line.Line.TerminalId), Is.EqualTo(new[] { "A1", null }));
        Assert.That(file.Faults.Select(fault => fault.Code), Is.EqualTo(new[] { ImportFault.Fields, ImportFault.Fields }));
    }

    [Test]
    public void Columns_may_come_in_any_order_and_be_left_out()
    {
        var file = WhitelistImportFile.FromCsv("\uFEFFlabel,terminalId\r\n\"Till 1, left\",NL1\r\n,NL2\r\n");

        Assert.That(file.Faults, Is.Empty);
        Assert.That(file.Settings, Is.EqualTo(new WhitelistSetting[] { new("NL1", "Till 1, left") { KeepsEnabledUntil = true }, new("NL2") { KeepsEnabledUntil = true } }));
        Assert.That(file.Lines.Select(line => line.Number), Is.EqualTo(new[] { 2, 3 }));
    }

    [Test]
    public void Semicolons_separate_where_the_header_has_them()
    {
        var file = WhitelistImportFile.FromCsv("\uFEFFterminalId;label;enabledUntil\r\nNL1;Comptoir 1, gauche;\r\nNL2;\"a;b\";2027-01-31T23:59:59+01:00\r\n");

        Assert.That(file.Faults, Is.Empty);
        Assert.That(file.Settings.Select(setting => setting.Label), Is.EqualTo(new[] { "Comptoir 1, gauche", "a;b" }));
    }

    [Test]
    public void Times_are_read_with_their_offset_and_may_be_empty()
    {
        var file = WhitelistImportFile.FromCsv("terminalId,label,enabledUntil\nNL1,,2027-01-31T23:59:59+01:00\nNL2,,\n");

        Assert.That(file.Settings.Select(setting => setting.EnabledUntil), Is.EqualTo(new DateTimeOffset?[]
        {
            new(2027, 1, 31, 22, 59, 59, TimeSpan.Zero), null,
        }));
    }

    [Test]
    public void What_a_file_does_not_name_is_kept_and_what_is_empty_is_not()
    {
        var csv = WhitelistImportFile.FromCsv("terminalId,enabledUntil\nNL1,\n");
        var json = WhitelistImportFile.FromJson(JsonSerializer.Deserialize(
            """{"entries":[{"terminalId":"NL1"},{"terminalId":"NL2","label":null,"enabledUntil":null},{"terminalId":"NL3","label":"","enabledUntil":""}]}""", Json.WhitelistImport)!);

        Assert.That(Kept(csv), Is.EqualTo(new[] { (true, false) }));
        Assert.That(Kept(json), Is.EqualTo(new[] { (true, true), (false, false), (false, false) }));
        Assert.That(csv.Faults.Concat(json.Faults), Is.Empty);

        static IEnumerable<(bool, bool)> Kept(WhitelistImportFile file) => file.Settings.Select(setting => (setting.KeepsLabel, setting.KeepsEnabledUntil));
    }

    [TestCase(null, "2027-01-31T23:59:59Z")]
    [TestCase("Europe/Amsterdam", "2027-01-31T22:59:59Z")]
    public void A_day_lasts_until_its_end(string? zone, string end)
    {
        var file = WhitelistImportFile.FromCsv("terminalId,enabledUntil\nNL1,2027-01-31\n", zone is null ? null : TimeZoneInfo.FindSystemTimeZoneById(zone));

        Assert.That(file.Settings.Single().EnabledUntil, Is.EqualTo(DateTimeOffset.Parse(end, CultureInfo.InvariantCulture)));
    }

    [TestCase("0001-01-01")]
    [TestCase("9999-12-31")]
    [TestCase("2027-02-30")]
    [TestCase("31-01-2027")]
    public void What_is_no_day_that_can_be_is_a_fault(string text)
    {
        var file = WhitelistImportFile.FromCsv($"terminalId,enabledUntil\nNL1,{text}\n", TimeZoneInfo.FindSystemTimeZoneById("Pacific/Kiritimati"));

        Assert.That(file.Faults.Select(fault => fault.Code), Is.EqualTo(new[] { ImportFault.Moment }));
    }

    [Test]
    public void Empty_lines_that_a_spreadsheet_leaves_are_none()
    {
        var file = WhitelistImportFile.FromCsv("terminalId;label;enabledUntil\r\nNL1;Till;\r\n;;\r\n;;\r\n");

        Assert.That(file.Faults, Is.Empty);
        Assert.That(file.Lines, Has.Count.EqualTo(1));
    }

    [Test]
    public void Every_fault_is_named_with_its_line()
    {
        var file = WhitelistImportFile.FromCsv("terminalId,label,enabledUntil\na/b,,\nNL1,,tomorrow\nNL2\nNL1,,\n,counter,\n");

        Assert.That(file.Faults.Select(fault => fault.Field), Is.EqualTo(new[]
        {
            "lines[2].terminalId", "lines[3].enabledUntil", "lines[4]", "lines[5].terminalId", "lines[6].terminalId",
        }));
    }

    [TestCase("", "body", "is empty")]
    [TestCase("terminalId,label;enabledUntil\nNL1,x;\n", "lines[1]", "other than")]
    [TestCase("terminalId,terminalId\n", "lines[1]", "twice")]
    [TestCase("label\n", "lines[1]", "terminalId")]
    [TestCase("terminalId,merchantId\n", "lines[1]", "other than")]
    [TestCase("NL1,Till\n", "lines[1]", "other than")]
    [TestCase("terminalId\n", "lines", "nothing to import")]
    [TestCase("terminalId\nNL1\n\"", "lines[3]", "RFC 4180")]
    public void Files_that_are_wrong_as_a_whole_are_told_so(string text, string field, string message)
    {
        var file = WhitelistImportFile.FromCsv(text);

        Assert.That(file.Faults, Has.Count.EqualTo(1));
        Assert.That(file.Faults[0].Field, Is.EqualTo(field));
        Assert.That(file.Faults[0].Message, Does.Contain(message));
    }

    [TestCase(WhitelistImportFile.MaximumLines, 0)]
    [TestCase(WhitelistImportFile.MaximumLines + 1, 1)]
    public void Lines_are_bounded(int lines, int faults)
    {
        var csv = WhitelistImportFile.FromCsv("terminalId\n" + string.Concat(Enumerable.Range(0, lines).Select(n => $"T{n}\n")));
        var json = WhitelistImportFile.FromJson(new WhitelistImport([.. Enumerable.Range(0, lines).Select(n => new WhitelistLine($"T{n}"))]));

        Assert.That((csv.Faults.Count, json.Faults.Count), Is.EqualTo((faults, faults)));
    }

    [Test]
    public void Faults_are_bounded()
    {
        var file = WhitelistImportFile.FromCsv("terminalId\n" + string.Concat(Enumerable.Repeat("no/id\n", 9_000)));

        Assert.That(file.Faults, Has.Count.EqualTo(WhitelistImportFile.MaximumFaults));
    }

    [Test]
    public void Json_entries_are_counted_from_nought()
    {
        var file = WhitelistImportFile.FromJson(new WhitelistImport([new("NL1"), null, new("NL1", new string('x', 201)), new(null)]));

        Assert.That(file.Faults.Select(fault => fault.Field), Is.EqualTo(new[]
        {
            "entries[1]", "entries[2].label", "entries[2].terminalId", "entries[3].terminalId",
        }));
    }

    [Test]
    public void Json_without_entries_is_a_fault()
    {
        Assert.That(WhitelistImportFile.FromJson(new WhitelistImport()).Faults.Single().Field, Is.EqualTo("entries"));
        Assert.That(WhitelistImportFile.FromJson(new WhitelistImport([])).Faults.Single().Field, Is.EqualTo("entries"));
    }
}
