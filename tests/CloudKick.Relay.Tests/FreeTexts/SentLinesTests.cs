using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Terminals.Import;
using CloudKick.Relay.Whitelist;

namespace CloudKick.Relay.Tests.FreeTexts;

/// <summary>A file of lines, shown again to whoever sent it.</summary>
internal sealed class SentLinesTests
{
    private const string Number = "5500000000000004";

    [Test]
    public void A_line_with_something_that_must_not_be_shown_has_a_gap_in_its_place_and_the_others_stay()
    {
        var lines = SentLines.Of($"terminalId,label\r\nX1,counter\r\nX2,card {Number}\r\n{Number},\r\nX3,\"a \"\"b\"\"\"\r\n", _ => false);

        Assert.That(lines.Text, Is.EqualTo("terminalId,label\r\nX1,counter\r\n…\r\n…\r\nX3,\"a \"\"b\"\"\"\r\n"));
        Assert.That(lines.LeftOut, Is.EqualTo((int[])[3, 4]));
        Assert.That((lines.Cell(3, "X2"), lines.Cell(3, $"card {Number}"), lines.Cell(3, null)), Is.EqualTo(("X2", "…", "")), "which line it was, lists say");
    }

    [Test]
    public void A_line_that_is_right_stays_as_it_is()
    {
        var lines = SentLines.Of($"terminalId\n{Number}\n4111111111111111\n", number => number == 2);

        Assert.That(lines.Text, Is.EqualTo($"terminalId\n{Number}\n…\n"));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("terminalId,label\nX1,\"one\ntwo\"\n")]
    public void Ordinary_text_is_shown_as_it_was_sent(string? text)
    {
        var lines = SentLines.Of(text, _ => false);

        Assert.That((lines.Text, lines.LeftOut.Count), Is.EqualTo((text ?? "", 0)));
    }

    [Test]
    public void A_private_key_is_left_out_from_its_first_line_to_its_last()
    {
        var lines = SentLines.Of("terminalId\nX1\n-----BEGIN PRIVATE KEY-----\nMIGHAgEA\nMBMGByqG\n-----END PRIVATE KEY-----\nX2\n", _ => false);

        Assert.That(lines.Text, Is.EqualTo("terminalId\nX1\n…\n…\n…\n…\nX2\n"));
        Assert.That((lines.Cell(4, "MIGHAgEA"), lines.Cell(7, "X2")), Is.EqualTo(("…", "X2")));
    }

    [Test]
    public void Of_a_private_key_without_an_end_nothing_is_shown() =>
        Assert.That(SentLines.Of("terminalId\n-----BEGIN PRIVATE KEY-----\nMIGHAgEA\nMBMGByqG", _ => false).Text, Is.EqualTo("terminalId\n…\n…\n…"));

    [TestCase("label", $"X1,GrundmasterNL,{Number}")]
    [TestCase("label", $"{Number},GrundmasterNL,x")]
    [TestCase("label", $"X1,GrundmasterNL,\"\n{Number}\n\"", Description = "trimmed, a gap in the middle would be a label")]
    [TestCase("label", $"X1,GrundmasterNL,\"a\n{Number}\n\nX2,GrundmasterNL,\"\"b\"\"\n\"")]
    [TestCase("label", $"X1,GrundmasterNL,\"a\n{Number}\nX2,GrundmasterNL,b", Description = "never closed")]
    [TestCase("label", $"X1,GrundmasterNL,a\"\n{Number}\nX2,GrundmasterNL,\"b\"\n", Description = "no CSV")]
    [TestCase("label", "X1,GrundmasterNL,-----BEGIN PRIVATE KEY-----\nX2,GrundmasterNL,b")]
    [TestCase(Number, "X1,GrundmasterNL,x", Description = "in the place of a column's name")]
    public void What_is_shown_is_found_wrong_when_it_is_sent_again(string column, string records)
    {
        // The whitelist's lines have no management system.
        string Whitelist(string text) => text.Replace(",GrundmasterNL", "", StringComparison.Ordinal);
        var terminals = $"terminalId,managementSystemId,{column}\n{records}\nX9,GrundmasterNL,x\n";
        var whitelist = Whitelist($"terminalId,{column}\n{records}\nX9,GrundmasterNL,x\n");
        var shown = (Terminals: SentLines.Of(terminals, _ => false).Text, Whitelist: SentLines.Of(whitelist, _ => false).Text);
        var alone = SentLines.Of($"terminalId\n{Number}\nX9\n", _ => false).Text;

        var file = TerminalImportFile.Read(shown.Terminals);

        Assert.That(shown.Terminals + shown.Whitelist, Does.Contain("…").And.Not.Contain(Number));
        Assert.That(file.Fault is not null || file.Lines.Any(line => line.Faults.Count > 0), Is.True, shown.Terminals);
        Assert.That(WhitelistImportFile.FromCsv(shown.Whitelist).Faults, Is.Not.Empty, shown.Whitelist);
        Assert.That(WhitelistImportFile.FromCsv(alone).Faults, Is.Not.Empty);
    }
}
