using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Users;
using CloudKick.Relay.Whitelist;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>What administrators do by pages, as a browser without scripts does it.</summary>
[CancelAfter(180_000)]
internal sealed partial class AdministrationPagesTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _merchant;
    private PageClient _admin = null!;
    private PageClient _operator = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database, new RelayHostOptions { Settings = new Dictionary<string, string?> { ["CloudKick:Mail:Password"] = "swordfish" } });
    }

    [SetUp]
    public async Task SignIn()
    {
        _merchant = await _relay.AddMerchantAsync();
        _admin = await _relay.SignInAsync(_merchant, Roles.Admin);
        _operator = await _relay.SignInAsync(null, Roles.PlatformOperator);
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

        Assert.That(faulty.Text, Does.Contain("0 toegevoegd, 1 gewijzigd, 0 ongewijzigd, 3 regels met fouten.")
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

        Assert.That(last.Text, Does.Contain("1001 lines").Or.Contain("1,001 lines"));
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
    public async Task A_card_number_stands_in_the_text_to_correct_and_not_beside_the_fault(string page, string field, string lines, CancellationToken cancellationToken)
    {
        const string number = "5500000000000004";
        var (browser, path) = page.StartsWith('/') ? (_operator, page) : (_admin, At(page));

        var answer = await browser.SubmitAsync(path, cancellationToken, fields: [(field, lines.Replace("{0}", number, StringComparison.Ordinal))]);

        Assert.That(Regex.Replace(answer.Html, "<textarea.*?</textarea>", "", RegexOptions.Singleline), Does.Not.Contain(number).And.Contain("class=\"fault\""));
        Assert.That(Regex.Count(answer.Html, number), Is.EqualTo(3), "to be corrected");
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

    [Test]
    public async Task A_key_is_shown_once_works_is_rotated_with_an_overlap_and_revoked(CancellationToken cancellationToken)
    {
        var made = await _admin.SubmitAsync(At("api-keys"), cancellationToken, fields: [("Label", "till"), ("ChosenScopes", Scopes.WhitelistRead)]);
        var token = Token().Match(made.Text).Value;
        var page = At("api-keys/" + token.Split('_')[2]);
        var rotated = await _admin.SubmitAsync(page, cancellationToken, page + "?handler=Rotate", fields: [("Overlap", "24")]);
        var second = Token().Match(rotated.Text).Value;
        var both = (await StatusAsync(token), await StatusAsync(second));
        var again = await _admin.SubmitAsync(page, cancellationToken, page + "?handler=Rotate", fields: [("Overlap", "24")]);
        var revoked = await _admin.SubmitAsync(page, cancellationToken, page + "?handler=Revoke");

        Assert.That(both, Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK)));
        Assert.That(second, Is.Not.EqualTo(token).And.Not.Empty);
        Assert.That(again.Text, Does.Contain($"This key was replaced already: {second.Split('_')[2]} took its place").And.Not.Match(Token()));
        Assert.That((await _admin.OpenAsync(At("api-keys"), cancellationToken)).Text, Does.Not.Contain(token).And.Not.Contain(second).And.Contain("till"));
        Assert.That(revoked.Text, Does.Contain("The key is revoked.").And.Contain("revoked"));
        await Eventually.BecomesAsync(() => StatusAsync(token), HttpStatusCode.Unauthorized, cancellationToken);
        Assert.That(await StatusAsync(second), Is.EqualTo(HttpStatusCode.OK));

        async Task<HttpStatusCode> StatusAsync(string key)
        {
            using var response = await _relay.CreateClient(key).GetAsync(new Uri("/v1/whitelist", UriKind.Relative), cancellationToken);
            return response.StatusCode;
        }
    }

    [TestCase("en", "This cannot be read here.")]
    [TestCase("nl", "Dit is hier niet te lezen.")]
    [TestCase("de", "Das ist hier nicht lesbar.")]
    [TestCase("fr", "Ceci n’est pas lisible ici.")]
    public async Task What_cannot_be_read_is_told_in_the_readers_language_and_changes_nothing(string language, string words, CancellationToken cancellationToken)
    {
        const string number = "5500 0000 0000 0004";
        var made = await _admin.SubmitAsync(At("api-keys"), cancellationToken, fields: [("Label", "till"), ("ChosenScopes", Scopes.WhitelistRead)]);
        var key = At("api-keys/" + Token().Match(made.Text).Value.Split('_')[2]);
        _admin.Language = language;

        var rotated = await _admin.SubmitAsync(key, cancellationToken, key + "?handler=Rotate", fields: [("Overlap", number)]);
        var listed = await _admin.OpenAsync(At("whitelist?state=" + Uri.EscapeDataString(number)), cancellationToken);

        Assert.That(new[] { rotated.Text, listed.Text }, Has.All.Contains(words).And.None.Contains(number));
        Assert.That((int)rotated.Status, Is.EqualTo(200));
        Assert.That(rotated.Text, Does.Not.Match(Token()), "no key takes this one's place");
    }

    [Test]
    public async Task A_key_without_a_scope_is_refused_in_words(CancellationToken cancellationToken)
    {
        var page = await _admin.SubmitAsync(At("api-keys"), cancellationToken, fields: [("Label", "till"), ("ExpiresAt", "2001-01-01T00:00")]);

        Assert.That(page.Text, Does.Contain("Choose at least one thing that the key may do.").And.Contain("Choose a moment that lies ahead."));
    }

    [Test]
    public async Task The_first_call_names_a_terminal_of_the_merchants_own(CancellationToken cancellationToken)
    {
        var terminal = "OWN" + Guid.NewGuid().ToString("N")[..10];
        await _relay.Services.GetRequiredService<Relay.Terminals.TerminalRegistry>().AddAsync(
            new Relay.Terminals.NewTerminal(terminal, "GrundmasterBE") { Merchant = _merchant }, Actor.Cli, cancellationToken);

        var page = await _admin.OpenAsync(At("api-keys/first-call"), cancellationToken);

        Assert.That(page.Text, Does.Contain($"\"terminalId\":\"{terminal}\",\"managementSystemId\":\"GrundmasterBE\"").And.Contain(_relay.Address + "v1/kicks"));
    }

    [Test]
    public async Task The_audit_log_is_filtered_checked_and_exported(CancellationToken cancellationToken)
    {
        await _admin.SubmitAsync(At("whitelist"), cancellationToken, fields: [("TerminalId", "NL000851"), ("Label", "Counter")]);

        var found = await _admin.OpenAsync(At("audit?What=whitelist.&Who=admin"), cancellationToken);
        var none = await _admin.OpenAsync(At("audit?Until=2001-01-01"), cancellationToken);
        var whole = await _admin.SubmitAsync(At("audit"), cancellationToken, At("audit?handler=Verify"));
        var csv = await _admin.OpenAsync(At("audit?handler=Export&format=csv&What=whitelist."), cancellationToken);
        await using (var owner = _database.Owner.CreateCommand("update audit_log set actor = 'cli' where subject = 'NL000851'"))
            await owner.ExecuteNonQueryAsync(cancellationToken);
        var broken = await _admin.SubmitAsync(At("audit"), cancellationToken, At("audit?handler=Verify"));

        Assert.That(found.Text, Does.Contain("whitelist.add").And.Contain("NL000851").And.Contain("label: Counter").And.Not.Contain("user.sign-in"));
        Assert.That(none.Text, Does.Contain("Nothing matches."));
        Assert.That(whole.Text, Does.Contain("The chain is whole"));
        Assert.That(csv.Html.Split("\r\n", StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(2));
        Assert.That(broken.Text, Does.Contain("The chain is broken").And.Contain("is not what was written"));
    }

    [Test]
    public async Task Files_of_the_audit_log_are_offered_for_what_narrows_it_and_where_there_is_something(CancellationToken cancellationToken)
    {
        var narrowed = await _admin.OpenAsync(At("audit?What=user.&Who=admin&From=2001-01-01&Until=5500000000000004"), cancellationToken);
        var unknown = await _admin.OpenAsync(At("audit?What=5500000000000004"), cancellationToken);
        var nothing = await _admin.OpenAsync(At("audit?Who=5500000000000004"), cancellationToken);

        Assert.That(Exports(narrowed), Has.Length.EqualTo(2).And.All.Contains("What=user.").And.All.Contains("Who=admin").And.All.Contains("From=2001-01-01").And.None.Contains("5500"));
        Assert.That(Exports(unknown), Has.Length.EqualTo(2).And.None.Contains("5500"));
        Assert.That(Exports(nothing), Is.Empty);

        static string[] Exports(PageAnswer page) => [.. Regex.Matches(page.Html, "href=\"([^\"]*handler=Export[^\"]*)\"").Select(match => match.Groups[1].Value)];
    }

    [Test]
    public async Task The_audit_log_names_actions_in_the_readers_language_and_people_by_name(CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        var user = (await _relay.Services.GetRequiredService<UserRegistry>().ListAsync(_merchant, email, null, 1, cancellationToken))[0];
        using var browser = new PageClient(_relay.Address);
        await browser.SignInAsync(email, RelayHost.Password, cancellationToken);
        _admin.Language = "fr";

        foreach (var subject in new[] { user.UserId.ToString(), email.ToUpperInvariant() })
        {
            var page = await _admin.OpenAsync(At($"audit?Subject={Uri.EscapeDataString(subject)}"), cancellationToken);

            Assert.That(page.Text, Does.Contain("Connexion user.sign-in").And.Contain($"{email} {user.UserId}"), subject);
        }

        var kicks = await _admin.OpenAsync(At("audit?What=kick."), cancellationToken);
        Assert.That(kicks.Text, Does.Not.Contain("user.sign-in"));
    }

    [Test]
    public async Task Somebody_who_is_locked_out_is_let_in_again_and_removed(CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        var user = (await _relay.Services.GetRequiredService<UserRegistry>().ListAsync(_merchant, email, null, 1, cancellationToken))[0];
        var failures = _relay.Services.GetRequiredService<SignInFailures>();
        while (await failures.CountAsync(email, Guess.Password, cancellationToken) is null)
        {
        }

        var page = At("users/" + user.UserId);
        var locked = await _admin.OpenAsync(page, cancellationToken);
        var unlocked = await _admin.SubmitAsync(page, cancellationToken, page + "?handler=Unlock");
        using var browser = new PageClient(_relay.Address);
        var signedIn = await browser.SignInAsync(email, RelayHost.Password, cancellationToken);
        var removed = await _admin.SubmitAsync(page, cancellationToken, page + "?handler=Remove");

        Assert.That(locked.Text, Does.Contain("locked until"));
        Assert.That(unlocked.Text, Does.Contain("looked at again").And.Not.Contain("locked until"));
        Assert.That(signedIn.Path, Does.Not.StartWith("/sign-in"));
        Assert.That(removed.Text, Does.Contain("The user is removed.").And.Not.Contain(email));
        Assert.That((await browser.OpenAsync("/account", cancellationToken)).Path, Does.StartWith("/sign-in"));
        Assert.That((await _admin.OpenAsync(At("audit?What=user."), cancellationToken)).Text, Does.Contain("user.remove").And.Contain("user.unlock"));
    }

    [Test]
    public async Task The_last_admin_stays_and_nobody_removes_themselves(CancellationToken cancellationToken)
    {
        var registry = _relay.Services.GetRequiredService<UserRegistry>();
        var admin = (await registry.ListAsync(_merchant, "", null, 1, cancellationToken))[0];
        var page = At("users/" + admin.UserId);
        var token = await _admin.TokenAsync("/account", cancellationToken);

        var own = await _admin.PostAsync(page + "?handler=Remove", token, cancellationToken);
        var last = await _operator.SubmitAsync(page, cancellationToken, page + "?handler=Remove");

        Assert.That(own.Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(last.Text, Does.Contain("last administrator"));
    }

    [Test]
    public async Task A_merchant_is_added_found_disabled_and_enabled(CancellationToken cancellationToken)
    {
        var name = "Merchant " + Guid.NewGuid().ToString("N");
        var added = await _operator.SubmitAsync("/platform/merchants", cancellationToken, fields: [("Name", name)]);
        var found = await _operator.OpenAsync("/platform/merchants?search=" + name["Merchant ".Length..^12], cancellationToken);
        var page = added.Path.Split('?')[0];
        var disabled = await _operator.SubmitAsync(page, cancellationToken, page + "?handler=Disable");
        var enabled = await _operator.SubmitAsync(page, cancellationToken, page + "?handler=Enable");

        Assert.That(added.Text, Does.Contain(name).And.Contain("The merchant is added."));
        Assert.That(added.Html, Does.Contain("/whitelist"));
        Assert.That(found.Text, Does.Contain(name));
        Assert.That(disabled.Text, Does.Contain("disabled"));
        Assert.That(enabled.Text, Does.Contain("The merchant is enabled."));
    }

    [Test]
    public async Task Settings_are_shown_with_their_defaults_and_without_their_secrets(CancellationToken cancellationToken)
    {
        var page = await _operator.OpenAsync("/platform/settings", cancellationToken);
        var password = new Npgsql.NpgsqlConnectionStringBuilder(_database.ServiceConnectionString).Password!;

        Assert.That(page.Text, Does.Contain("CloudKick:Http").And.Contain("RequestTimeout").And.Contain("Host=127.0.0.1").IgnoreCase);
        Assert.That(page.Text, Does.Contain(EffectiveSettings.Mask).And.Not.Contain("swordfish").And.Not.Contain(password));
    }

    [TestCase("https://user:secret@relay.example/", "https://••••••@relay.example/")]
    [TestCase("https://relay.example/", "https://relay.example/")]
    [TestCase("", null)]
    public void Addresses_lose_their_secrets(string value, string? shown) => Assert.That(EffectiveSettings.Show("PublicUrl", value), Is.EqualTo(shown));

    private MerchantWhitelist Whitelist => _relay.Services.GetRequiredService<MerchantWhitelist>();

    private string At(string path) => $"/m/{_merchant}/{path}";

    [GeneratedRegex("ck_[a-z0-9]+_[a-z0-9]{16}_[A-Za-z0-9_-]{43}")]
    private static partial Regex Token();
}
