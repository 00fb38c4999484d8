using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using CloudKick.Relay.Languages;
using CloudKick.Relay.Terminals.Parameters;

namespace CloudKick.Relay.Tests.Terminals.Parameters;

internal sealed partial class ParameterSheetHtmlTests
{
    private const string Canary = "</td><script>alert(1)</script>&\"'";

    [Test]
    public void Whatever_a_sheet_holds_stays_text([Values("en", "nl", "fr", "de")] string language)
    {
        var sheet = Sheet(Canary, new SheetParameter(SheetSection.Tms, Canary, Canary, Canary)) with { FirmwareVersion = Canary, FirmwareSufficient = false, Topic = Canary };

        var html = ParameterSheetHtml.Write(sheet, Texts(language));

        Assert.That(html, Does.Not.Contain("<script").IgnoreCase.And.Not.Contain("alert(1)</"));
        Assert.That(Tags().Matches(html).Select(tag => tag.Groups[1].Value).Distinct(), Is.SubsetOf(
        (string[])[
            "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "th", "td", "code",
            "ol", "li",
        ]));
    }

    [Test]
    public void Every_section_and_parameter_has_its_row([Values("en", "nl", "fr", "de")] string language)
    {
        var texts = Texts(language);
        var sheet = Sheet("Till 1", [.. SheetSection.All.Select(section => new SheetParameter(section, null, $"name of {section}", $"value of {section}"))]);

        var html = ParameterSheetHtml.Write(sheet, texts);

        Assert.That(html, Does.Contain($"<html lang=\"{language}\">"));
        foreach (var section in SheetSection.All)
            Assert.That(html, Does.Contain(HtmlEncoder.Default.Encode(texts.Sections[section])).And.Contain($"<th scope=\"row\">name of {section}</th><td><code>value of {section}</code></td>"));
        Assert.That(html, Does.Contain("@page { size: A4"));
    }

    [Test]
    public void Every_language_of_the_relay_has_the_same_steps_and_sections_in_its_own_words()
    {
        var all = Language.All.Select(ParameterSheetTexts.In).ToArray();

        Assert.That(all.Select(texts => texts.Steps.Count).Distinct().Count(), Is.EqualTo(1));
        Assert.That(all.Select(texts => texts.Sections.Keys), Is.All.EquivalentTo(SheetSection.All));
        Assert.That(all.Select(texts => texts.Introduction), Is.Unique);
        Assert.That(ParameterSheetTexts.All, Has.Count.EqualTo(all.Length));
    }

    private static ParameterSheetTexts Texts(string language) => ParameterSheetTexts.All.Single(texts => texts.Language == language);

    private static ParameterSheet Sheet(string label, params IReadOnlyList<SheetParameter> parameters) => new()
    {
        TerminalId = "NL000123",
        ManagementSystemId = "GrundmasterNL",
        Label = label,
        ClientId = "NL000123",
        Topic = "NL-CAT/NL000123",
        FirmwareVersion = null,
        MinimumFirmwareVersion = "14.0.11.01",
        FirmwareSufficient = null,
        Whitelisted = true,
        Parameters = parameters,
    };

    [GeneratedRegex("</?([a-zA-Z0-9]+)")]
    private static partial Regex Tags();
}
