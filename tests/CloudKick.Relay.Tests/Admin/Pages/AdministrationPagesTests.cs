using System.Net;
using System.Text.RegularExpressions;
using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
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

    private string At(string path) => $"/m/{_merchant}/{path}";

    [GeneratedRegex("ck_[a-z0-9]+_[a-z0-9]{16}_[A-Za-z0-9_-]{43}")]
    private static partial Regex Token();
}
