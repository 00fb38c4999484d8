using CloudKick.Relay.Whitelist;

namespace CloudKick.Relay.Tests.Whitelist;

internal sealed class WhitelistPreviewTests
{
    [TestCase("no/id\n")]
    [TestCase("two,fields\n", Description = "which cannot even be taken apart")]
    public void Lines_are_faulty_beyond_the_faults_that_are_named_too(string bad)
    {
        const int Bad = WhitelistImportFile.MaximumFaults + 500;
        var file = WhitelistImportFile.FromCsv("terminalId\nNL1\n" + string.Concat(Enumerable.Repeat(bad, Bad)) + "NL2\n");

        var preview = Preview(file);

        Assert.That((preview.Faulty, preview.Added, preview.Lines.Count), Is.EqualTo((Bad, 2, Bad + 2)));
        Assert.That(preview.FaultyFirst.Take(Bad).Select(line => line.IsFaulty), Has.All.True, "good lines come after all of them");
        Assert.That(preview.FaultyFirst.TakeLast(2).Select(line => line.Line.Setting?.TerminalId), Is.EqualTo(new[] { "NL1", "NL2" }));
        Assert.That(preview.Lines.Select(WhitelistImportLineAnswer.From).Count(line => line.Effect == WhitelistImportLineAnswer.Faulty), Is.EqualTo(Bad));
    }

    [Test]
    public void Lines_that_cannot_be_taken_apart_are_faulty_with_their_fault()
    {
        var preview = Preview(WhitelistImportFile.FromCsv("terminalId,label\nNL1\nNL2,till\n"));

        Assert.That(preview.Lines.Select(line => (line.Line.Number, line.IsFaulty, line.Faults.Count)), Is.EqualTo(new[] { (2, true, 1), (3, false, 0) }));
        Assert.That(preview.Faulty, Is.EqualTo(1));
    }

    private static WhitelistPreview Preview(WhitelistImportFile file) =>
        WhitelistPreview.Of(file, file.Settings, [.. file.Settings.Select(_ => new WhitelistImportOutcome(WhitelistEffect.Created, Registered: true, null, new WhitelistContent("", null)))]);
}
