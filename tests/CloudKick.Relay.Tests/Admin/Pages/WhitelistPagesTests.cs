using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Users;
using CloudKick.Relay.Whitelist;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>A merchant's whitelist by pages, as a browser without scripts has them, and files of terminals.</summary>
[CancelAfter(180_000)]
internal sealed class WhitelistPagesTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _merchant;
    private PageClient _admin = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
    }

    [SetUp]
    public async Task SignIn()
    {
        _merchant = await _relay.AddMerchantAsync();
        _admin = await _relay.SignInAsync(_merchant, Roles.Admin);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task A_terminal_is_put_on_the_whitelist_changed_and_taken_off(CancellationToken cancellationToken)
    {
        var added = await _admin.SubmitAsync(At("whitelist"), cancellationToken, fields: [("TerminalId", "NL000801"), ("Label", "Counter"), ("EnabledUntil", "2031-01-31T23:59")]);
        var twice = await _admin.SubmitAsync(At("whitelist"), cancellationToken, fields: [("TerminalId", "NL000801")]);
        var entry = At("whitelist/entries/NL000801");
        var opened = await _admin.OpenAsync(entry, cancellationToken);
        var changed = await _admin.SubmitAsync(entry, cancellationToken, fields: [("Label", "Terrace"), ("EnabledUntil", "")]);
        var stored = await Whitelist.FindAsync(_merchant, "NL000801", cancellationToken);
        var removed = await _admin.SubmitAsync(entry, cancellationToken, entry + "?handler=Remove");

        Assert.That(added.Text, Does.Contain("The terminal is on the whitelist.").And.Contain("Counter"));
        Assert.That(twice.Text, Does.Contain("on the whitelist already"));
        Assert.That(opened.Field("EnabledUntil"), Is.EqualTo("2031-01-31T23:59"));
        Assert.That(changed.Text, Does.Contain("Terrace"));
        Assert.That((stored!.Label, stored.EnabledUntil), Is.EqualTo(("Terrace", (DateTime?)null)));
        Assert.That(removed.Text, Does.Contain("off the whitelist"));
        Assert.That(await Whitelist.FindAsync(_merchant, "NL000801", cancellationToken), Is.Null);
    }

    [Test]
    public async Task What_somebody_else_changed_meanwhile_is_shown_and_not_overwritten(CancellationToken cancellationToken)
    {
        var entry = At("whitelist/entries/NL000802");
        await Whitelist.PutAsync(_merchant, new WhitelistSetting("NL000802", "as I saw it"), Actor.Cli, cancellationToken);
        var opened = await _admin.OpenAsync(entry, cancellationToken);
        await Whitelist.PutAsync(_merchant, new WhitelistSetting("NL000802", "as they left it"), Actor.Cli, cancellationToken);

        var refused = await _admin.SubmitAsync(entry, cancellationToken, fields: [("Label", "mine"), ("Seen", opened.Field("Seen"))]);
        var between = await Whitelist.FindAsync(_merchant, "NL000802", cancellationToken);
        await _admin.SubmitAsync(entry, cancellationToken, fields: [("Label", "mine"), ("Seen", refused.Field("Seen"))]);

        Assert.That(refused.Text, Does.Contain("Somebody changed this entry after you opened it"));
        Assert.That(refused.Field("Label"), Is.EqualTo("as they left it"));
        Assert.That(between!.Label, Is.EqualTo("as they left it"));
        Assert.That((await Whitelist.FindAsync(_merchant, "NL000802", cancellationToken))!.Label, Is.EqualTo("mine"));
    }

    [Test]
    public async Task That_a_terminal_was_registered_meanwhile_is_nobodys_change_of_its_entry(CancellationToken cancellationToken)
    {
        var entry = At("whitelist/entries/NL000803");
        await Whitelist.PutAsync(_merchant, new WhitelistSetting("NL000803", "as I saw it"), Actor.Cli, cancellationToken);
        var opened = await _admin.OpenAsync(entry, cancellationToken);
        await _relay.Services.GetRequiredService<TerminalRegistry>()
            .AddAsync(new NewTerminal("NL000803", "GrundmasterNL") { Merchant = _merchant }, Actor.Cli, cancellationToken);

        await _admin.SubmitAsync(entry, cancellationToken, fields: [("Label", "mine"), ("Seen", opened.Field("Seen"))]);

        Assert.That((await Whitelist.FindAsync(_merchant, "NL000803", cancellationToken))!.Label, Is.EqualTo("mine"));
    }

    [Test]
    public async Task An_import_tells_every_lines_effect_and_faults_and_changes_nothing_before_it_is_right(CancellationToken cancellationToken)
    {
        await Whitelist.PutAsync(_merchant, new WhitelistSetting("NL000811", "as it is"), Actor.Cli, cancellationToken);
        _admin.Language = "nl";
        const string Header = "terminalId,label,enabledUntil\n";

        var faulty = await _admin.SubmitAsync(
            At("whitelist/import"), cancellationToken, fields: [("Text", Header + "NL000811,other,\nNL/812,,\nNL000813,,tomorrow\nNL000811,,\n")]);
        var untouched = await Whitelist.ListAsync(_merchant, new WhitelistFilter(), null, 10, cancellationToken);
        var right = await _admin.SubmitAsync(At("whitelist/import"), cancellationToken, fields: [("Text", Header + "NL000811,other,\nNL000812,\"a, b\",\n")]);
        var previewed = await Whitelist.ListAsync(_merchant, new WhitelistFilter(), null, 10, cancellationToken);
        var done = await _admin.PostAsync(
            At("whitelist/import?handler=Import"), right.Field("__RequestVerificationToken"), cancellationToken,
            fields: [("Text", Header + "NL000811,other,\nNL000812,\"a, b\",\n"), ("Previewed", right.Field("Previewed"))]);

        Assert.That(faulty.Text, Does.Contain("0 toegevoegd, 1 gewijzigd, 0 ongewijzigd; regels met fouten: 3.")
            .And.Contain("Een TMS-ID heeft 1 tot 16 letters").And.Contain("staat al in regel 2").And.Contain("datum en tijd met tijdzone"));
        Assert.That(faulty.Html, Does.Not.Contain("handler=Import"));
        Assert.That(untouched.Select(entry => entry.Label), Is.EqualTo(new[] { "as it is" }));
        Assert.That(previewed, Has.Count.EqualTo(1));
        Assert.That(done.Text, Does.Contain("Het bestand is geïmporteerd."));
        var after = await Whitelist.ListAsync(_merchant, new WhitelistFilter(), null, 10, cancellationToken);
        Assert.That(after.Select(entry => entry.Label), Is.EqualTo(new[] { "other", "a, b" }));
    }

    [Test]
    public async Task An_import_shows_what_it_would_change_and_leaves_what_it_does_not_name(CancellationToken cancellationToken)
    {
        var past = new DateTimeOffset(2020, 1, 31, 22, 59, 59, TimeSpan.Zero);
        await Whitelist.ImportAsync(_merchant, [new("NL000815", "before", past), new("NL000816", "", past)], Actor.Cli, dryRun: false, cancellationToken);
        const string Text = "terminalId,label\nNL000815,after\n";

        var labels = await _admin.SubmitAsync(At("whitelist/import"), cancellationToken, fields: [("Text", Text)]);
        var days = await _admin.SubmitAsync(At("whitelist/import"), cancellationToken, fields: [("Text", "terminalId,enabledUntil\nNL000816,2031-01-31\n")]);
        await _admin.PostAsync(
            At("whitelist/import?handler=Import"), labels.Field("__RequestVerificationToken"), cancellationToken, fields: [("Text", Text), ("Previewed", labels.Field("Previewed"))]);

        Assert.That(labels.Html, Does.Contain("<del>before</del>").And.Contain("<ins>after</ins>").And.Contain("2020-01-31T22:59:59").And.Not.Contain("<del><time"));
        Assert.That(days.Html, Does.Match("<del><time datetime=\"2020-01-31T22:59:59[^<]*</time></del>").And.Match("<ins><time datetime=\"2031-01-31T22:59:59"), "in the pages' time zone");
        var entry = (await Whitelist.FindAsync(_merchant, "NL000815", cancellationToken))!;
        Assert.That((entry.Label, entry.EnabledUntil, entry.Enabled), Is.EqualTo(("after", (DateTime?)past.UtcDateTime, false)));
    }

    [Test]
    public async Task Every_line_of_a_long_import_can_be_reached_and_those_with_faults_come_first(CancellationToken cancellationToken)
    {
        var lines = "terminalId;label\n" + string.Concat(Enumerable.Range(1, 1_200).Select(n => n > 1_100 ? $"no/{n};\n" : $"T{n};x\n"));

        var parts = new List<string>();
        foreach (var part in new[] { "1", "2", "3", "99" })
            parts.Add((await _admin.SubmitAsync(At("whitelist/import"), cancellationToken, fields: [("Text", lines), ("Part", part)])).Html);

        Assert.That(parts[0], Does.Contain(">no/1101<").And.Contain(">no/1200<").And.Contain(">T400<").And.Not.Contain(">T401<").And.Contain("name=\"Part\" value=\"2\""));
        Assert.That(parts[1], Does.Contain(">T401<").And.Contain(">T900<").And.Not.Contain(">T901<"));
        Assert.That(parts[2], Does.Contain(">T901<").And.Contain(">T1100<").And.Not.Contain("name=\"Part\" value=\"4\""));
        Assert.That(parts[3], Does.Contain(">T1100<"), "beyond the last part is the last one");
    }

    [Test]
    public async Task A_line_whose_fault_is_not_named_any_more_still_counts_and_says_so(CancellationToken cancellationToken)
    {
        var lines = "terminalId\n" + string.Concat(Enumerable.Range(1, WhitelistImportFile.MaximumFaults + 1).Select(n => $"no/{n}\n")) + "T1\n";

        var last = await _admin.SubmitAsync(At("whitelist/import"), cancellationToken, fields: [("Text", lines), ("Part", "3")]);

        Assert.That(last.Text, Does.Contain("lines with faults: 1001").Or.Contain("lines with faults: 1,001"));
        Assert.That(last.Text, Does.Contain("no/1001").And.Contain("Something is wrong with this line, too."));
    }

    [TestCase("whitelist/import", "terminalId,label\nX1,")]
    [TestCase("/platform/terminals/import", "terminalId,managementSystemId,label\nX1,GrundmasterNL,")]
    public async Task A_file_that_is_not_UTF_8_is_told_so(string page, string text, CancellationToken cancellationToken)
    {
        using var people = await _relay.SignInAsync(null, Roles.PlatformOperator, cancellationToken);
        var path = page.StartsWith('/') ? page : At(page);
        using var form = new MultipartFormDataContent
        {
            { new StringContent(await people.TokenAsync(path, cancellationToken)), "__RequestVerificationToken" },
            // Windows-1252 behind a byte order mark: the worst of both.
            { new ByteArrayContent([0xEF, 0xBB, 0xBF, .. Encoding.Latin1.GetBytes(text + "café\n")]), "Upload", "export.csv" },
        };

        var answer = await people.SendAsync(HttpMethod.Post, path, form, follow: true, cancellationToken);

        Assert.That(answer.Text, Does.Contain("The file is not UTF-8. Save it as \"CSV UTF-8\"."));
        Assert.That(answer.Html, Does.Not.Contain("<caption>"));
    }

    [TestCase("whitelist/import", "Text", "terminalId,label,enabledUntil\n{0},,\nX1,{0},\nX2,,{0}\n")]
    [TestCase("/platform/terminals/import", "Csv", "terminalId,managementSystemId,label\n{0},GrundmasterNL,\nX1,{0},\nX2,GrundmasterNL,{0}\n")]
    public async Task A_card_number_in_a_file_is_told_by_its_line_and_not_shown_again(string page, string field, string lines, CancellationToken cancellationToken)
    {
        const string number = "5500000000000004";
        using var people = await _relay.SignInAsync(null, Roles.PlatformOperator, cancellationToken);
        var path = page.StartsWith('/') ? page : At(page);

        var answer = await people.SubmitAsync(path, cancellationToken, fields: [(field, lines.Replace("{0}", number, StringComparison.Ordinal))]);

        var shown = TextArea(answer);
        var again = await people.PostAsync(path + "?handler=Import", answer.Field("__RequestVerificationToken"), cancellationToken, fields: [(field, shown)]);

        Assert.That(answer.Html, Does.Not.Contain(number).And.Contain("class=\"fault\""));
        Assert.That(answer.Text, Does.Contain("Lines that are not shown again, each with … in its place: 2, 3, 4."));
        Assert.That(shown.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), Is.EqualTo((string[])[lines.Split('\n')[0], "…", "…", "…"]));
        Assert.That(again.Html, Does.Contain("class=\"fault\""), "sent again as it is shown, it is refused");
    }

    [TestCase("whitelist/import", "Text", "terminalId,label")]
    [TestCase("/platform/terminals/import", "Csv", "terminalId,managementSystemId")]
    public async Task A_private_key_in_a_file_is_shown_neither_in_the_text_nor_in_the_list(string page, string field, string header, CancellationToken cancellationToken)
    {
        const string key = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqG\nSM49AgEGCCqGSM49\n-----END PRIVATE KEY-----\n";
        using var people = await _relay.SignInAsync(null, Roles.PlatformOperator, cancellationToken);

        var answer = await people.SubmitAsync(page.StartsWith('/') ? page : At(page), cancellationToken, fields: [(field, $"{header}\n{key}NL000864,x\n")]);

        Assert.That(answer.Html, Does.Not.Contain("MIGH").And.Not.Contain("SM49").And.Contain("NL000864").And.Contain("class=\"fault\""));
    }

    [Test]
    public async Task What_is_right_in_a_file_comes_back_to_be_sent_again(CancellationToken cancellationToken)
    {
        const string right = "terminalId,label,enabledUntil\nNL000861,Counter,";

        var answer = await _admin.SubmitAsync(At("whitelist/import"), cancellationToken, fields: [("Text", right + "\nNL000862,5500 0000 0000 0004,\n")]);
        var again = await _admin.SubmitAsync(At("whitelist/import"), cancellationToken, fields: [("Text", TextArea(answer).Replace("…", "NL000862,,", StringComparison.Ordinal))]);

        Assert.That(TextArea(answer).ReplaceLineEndings("\n"), Is.EqualTo(right + "\n…\n"));
        Assert.That(answer.Text, Does.Contain("NL000862"), "the list says which line it was");
        Assert.That(again.Text, Does.Not.Contain("not shown again").And.Contain("NL000862"));
        Assert.That(again.Html, Does.Not.Contain("class=\"fault\""));
    }

    [TestCase("en", "What was here is not shown again")]
    [TestCase("nl", "Wat hier stond, wordt niet opnieuw getoond")]
    [TestCase("de", "Was hier stand, wird nicht noch einmal gezeigt")]
    [TestCase("fr", "Ce qui était ici n’est pas réaffiché")]
    public async Task A_field_says_why_it_is_empty(string language, string words, CancellationToken cancellationToken)
    {
        _admin.Language = language;

        var answer = await _admin.SubmitAsync(At("whitelist"), cancellationToken, fields: [("TerminalId", "NL000863"), ("Label", "5500 0000 0000 0004")]);
        var nothing = await _admin.OpenAsync(At("whitelist?search=5500000000000004"), cancellationToken);

        Assert.That((answer.Field("TerminalId"), answer.Field("Label"), nothing.Field("search")), Is.EqualTo(("NL000863", "", "")));
        Assert.That(new[] { answer.Text, nothing.Text }, Has.All.Contains(words));
        Assert.That(new[] { answer.Html, nothing.Html }, Has.None.Contains("5500"));
    }

    [Test]
    public async Task What_changed_after_the_preview_is_shown_before_anything_is_imported(CancellationToken cancellationToken)
    {
        const string Text = "terminalId\nNL000821\n";
        var page = await _admin.SubmitAsync(At("whitelist/import"), cancellationToken, fields: [("Text", Text)]);
        await Whitelist.PutAsync(_merchant, new WhitelistSetting("NL000821", "by somebody else"), Actor.Cli, cancellationToken);

        var late = await _admin.PostAsync(
            At("whitelist/import?handler=Import"), page.Field("__RequestVerificationToken"), cancellationToken, fields: [("Text", Text), ("Previewed", page.Field("Previewed"))]);

        Assert.That(late.Text, Does.Contain("changed meanwhile"));
        Assert.That((await Whitelist.FindAsync(_merchant, "NL000821", cancellationToken))!.Label, Is.EqualTo("by somebody else"));
    }

    [Test]
    public async Task The_last_change_is_undone_once(CancellationToken cancellationToken)
    {
        await Whitelist.ImportAsync(_merchant, [new("NL000831"), new("NL000832")], Actor.Cli, dryRun: false, cancellationToken);
        var page = await _admin.OpenAsync(At("whitelist"), cancellationToken);
        var (token, change) = (page.Field("__RequestVerificationToken"), page.Field("changeId"));

        var undone = await _admin.PostAsync(At("whitelist?handler=Undo"), token, cancellationToken, fields: [("changeId", change)]);
        var again = await _admin.PostAsync(At("whitelist?handler=Undo"), token, cancellationToken, fields: [("changeId", change)]);

        Assert.That(undone.Text, Does.Contain("The last change is undone."));
        Assert.That(again.Text, Does.Contain("changed meanwhile"));
        Assert.That(await Whitelist.ListAsync(_merchant, new WhitelistFilter(), null, 10, cancellationToken), Is.Empty);
    }

    [Test]
    public async Task An_exported_whitelist_can_be_imported_again(CancellationToken cancellationToken)
    {
        await Whitelist.ImportAsync(
            _merchant, [new("-NL0841", "=1+1, \"quoted\""), new("NL000842", "", new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.Zero))], Actor.Cli, dryRun: false, cancellationToken);

        var file = await _admin.OpenAsync(At("whitelist?handler=Export"), cancellationToken);
        var read = WhitelistImportFile.FromCsv(file.Html);

        Assert.That(file.Headers["Content-Disposition"], Does.Contain("whitelist.csv"));
        Assert.That(read.Faults, Is.Empty);
        var outcomes = await Whitelist.ImportAsync(_merchant, read.Settings, Actor.Cli, dryRun: true, cancellationToken);
        Assert.That(outcomes.Select(outcome => outcome.Effect), Is.EqualTo(new[] { WhitelistEffect.Unchanged, WhitelistEffect.Unchanged }));
    }

    private MerchantWhitelist Whitelist => _relay.Services.GetRequiredService<MerchantWhitelist>();

    private string At(string path) => $"/m/{_merchant}/{path}";

    // As a browser has it: a first line end is none of it.
    private static string TextArea(PageAnswer page) =>
        WebUtility.HtmlDecode(Regex.Matches(page.Html, "<textarea[^>]*>(.*?)</textarea>", RegexOptions.Singleline).Last().Groups[1].Value)[1..];
}
