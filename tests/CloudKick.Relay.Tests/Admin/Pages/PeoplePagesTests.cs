using System.Net;
using System.Text.RegularExpressions;
using CloudKick.Relay.Auditing;
using CloudKick.Relay.Database;
using CloudKick.Relay.Tests.Users;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>How people come in by pages, with a relay that sends no mail, and what they do with their accounts.</summary>
[CancelAfter(120_000)]
internal sealed partial class PeoplePagesTests
{
    private const string NewPassword = "another fine long password";

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
    public async Task An_invitation_is_shown_once_where_no_mail_is_sent_and_lets_in(CancellationToken cancellationToken)
    {
        var email = Address();
        var invited = await _admin.SubmitAsync(
            $"/m/{_merchant}/users", cancellationToken, fields: [("Email", email), ("Name", "Ann"), ("Role", Roles.Operator)]);
        var link = Link(invited);
        var later = await _admin.OpenAsync($"/m/{_merchant}/users", cancellationToken);
        using var browser = new PageClient(_relay.Address);
        await ChooseAsync(browser, link, cancellationToken);
        var signedIn = await browser.SignInAsync(email, NewPassword, cancellationToken);

        Assert.That(invited.Text, Does.Contain(email).And.Contain("Ann"));
        Assert.That(link, Does.StartWith(_relay.Address + "welcome/"));
        Assert.That(later.Html, Does.Not.Contain("/welcome/"));
        Assert.That(signedIn.Path, Does.StartWith($"/m/{_merchant}/"), signedIn.ToString());
    }

    [Test]
    public async Task A_list_that_is_searched_goes_on_with_the_search(CancellationToken cancellationToken)
    {
        await using var superuser = NpgsqlDataSource.Create(_database.SuperuserConnectionString);
        await using var many = superuser.CreateCommand(
            "insert into users (merchant_id, email, role, name) select @merchant, 'till-' || n || '@' || @merchant || '.example', 'viewer', 'Till' from generate_series(1, 51) n");
        many.Parameters.AddWithValue("merchant", _merchant.Value);
        await many.ExecuteNonQueryAsync(cancellationToken);

        var page = await _admin.OpenAsync($"/m/{_merchant}/users?search=till", cancellationToken);

        Assert.That(page.Html, Does.Contain($"/m/{_merchant}/users?search=till&amp;after="));
    }

    [Test]
    public async Task An_address_that_is_in_use_is_not_invited_again(CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);

        var page = await _admin.SubmitAsync($"/m/{_merchant}/users", cancellationToken, fields: [("Email", email.ToUpperInvariant()), ("Name", ""), ("Role", Roles.Viewer)]);

        Assert.That(page.Text, Does.Contain("somebody signs in with it already").IgnoreCase);
        Assert.That(page.Html, Does.Not.Contain("/welcome/"));
    }

    [Test]
    public async Task An_admin_makes_a_link_for_somebody_who_lost_their_password(CancellationToken cancellationToken)
    {
        var (email, page) = await SomebodyAsync(cancellationToken);
        using var browser = new PageClient(_relay.Address);
        await browser.SignInAsync(email, RelayHost.Password, cancellationToken);

        var reset = await _admin.SubmitAsync(page, cancellationToken, page + "?handler=Reset");
        var before = await browser.OpenAsync("/account", cancellationToken);
        await ChooseAsync(browser, Link(reset), cancellationToken);
        var after = await browser.OpenAsync("/account", cancellationToken);
        using var old = new PageClient(_relay.Address);
        var refused = await old.SignInAsync(email, RelayHost.Password, cancellationToken);
        var signedIn = await browser.SignInAsync(email, NewPassword, cancellationToken);

        Assert.That(before.Path, Is.EqualTo("/account"), "until the link is used, nothing has changed");
        Assert.That(after.Path, Does.StartWith("/sign-in"));
        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(signedIn.Path, Does.Not.StartWith("/sign-in"));
    }

    [Test]
    public async Task Where_no_mail_is_sent_the_forgotten_page_names_the_administrator(CancellationToken cancellationToken)
    {
        using var browser = new PageClient(_relay.Address);

        Assert.That((await browser.OpenAsync("/sign-in/forgotten", cancellationToken)).Text, Does.Contain("Ask an administrator"));
    }

    [Test]
    public async Task New_recovery_codes_replace_the_old_ones(CancellationToken cancellationToken)
    {
        var (email, _) = await SomebodyAsync(cancellationToken);
        using var browser = new PageClient(_relay.Address);
        await browser.SignInAsync(email, RelayHost.Password, cancellationToken);
        var old = await SetUpSecondFactorAsync(browser, cancellationToken);

        var renewed = await browser.SubmitAsync("/account", cancellationToken, to: "/account?handler=RenewCodes", fields: [("PasswordToRenew", RelayHost.Password)]);
        var codes = Codes(renewed);
        var left = await browser.OpenAsync("/account", cancellationToken);
        using var elsewhere = new PageClient(_relay.Address);
        await elsewhere.SignInAsync(email, RelayHost.Password, cancellationToken);
        var withOld = await elsewhere.SubmitAsync("/sign-in/code", cancellationToken, fields: [("Code", old[0])]);
        var withNew = await elsewhere.SubmitAsync("/sign-in/code", cancellationToken, fields: [("Code", codes[0])]);

        Assert.That(codes, Has.Length.EqualTo(RecoveryCode.PerUser).And.Not.EquivalentTo(old));
        Assert.That(left.Html, Does.Not.Contain(codes[0]));
        Assert.That(withOld.Text, Does.Contain("The code is wrong"));
        Assert.That(withNew.Path, Does.Not.StartWith("/sign-in"), withNew.ToString());
    }

    [Test]
    public async Task A_borrowed_browser_sets_up_no_first_second_factor(CancellationToken cancellationToken)
    {
        var (email, _) = await SomebodyAsync(cancellationToken);
        using var borrowed = new PageClient(_relay.Address);
        await borrowed.SignInAsync(email, RelayHost.Password, cancellationToken);

        var codes = await SetUpSecondFactorAsync(borrowed, cancellationToken, password: "");
        using var owner = new PageClient(_relay.Address);
        var signedIn = await owner.SignInAsync(email, RelayHost.Password, cancellationToken);

        Assert.That(codes, Is.Empty);
        Assert.That(signedIn.Path, Does.Not.StartWith("/sign-in"), signedIn.ToString());
    }

    [Test]
    public async Task Whoever_is_signed_in_changes_the_language_and_finds_it_in_their_next_browser(CancellationToken cancellationToken)
    {
        var (email, _) = await SomebodyAsync(cancellationToken);
        using var here = new PageClient(_relay.Address);
        await here.SignInAsync(email, RelayHost.Password, cancellationToken);
        using var elsewhere = new PageClient(_relay.Address);
        using var french = new PageClient(_relay.Address);
        await french.SubmitAsync("/sign-in", cancellationToken, to: "/language", fields: [("code", "fr"), ("back", "/sign-in")]);

        var changed = await here.SubmitAsync("/account", cancellationToken, to: "/language", fields: [("code", "nl"), ("back", "/account")]);
        var next = await elsewhere.SignInAsync(email, RelayHost.Password, cancellationToken);
        var chosen = await french.SignInAsync(email, RelayHost.Password, cancellationToken);

        Assert.That(changed.Path, Is.EqualTo("/account"), changed.ToString());
        Assert.That(changed.Html, Does.Contain("<html lang=\"nl\">"));
        Assert.That(next.Html, Does.Contain("<html lang=\"nl\">"));
        Assert.That(chosen.Html, Does.Contain("<html lang=\"fr\">"), "what was chosen in a browser stays");
    }

    [TestCase("RenewCodes", "PasswordToRenew")]
    [TestCase("RemoveSecondFactor", "PasswordToRemove")]
    public async Task A_borrowed_browser_gets_round_no_second_factor(string handler, string field, CancellationToken cancellationToken)
    {
        var (email, _) = await SomebodyAsync(cancellationToken);
        using var borrowed = new PageClient(_relay.Address);
        await borrowed.SignInAsync(email, RelayHost.Password, cancellationToken);
        var codes = await SetUpSecondFactorAsync(borrowed, cancellationToken);

        var without = await borrowed.SubmitAsync("/account", cancellationToken, to: "/account?handler=" + handler);
        var wrong = await borrowed.SubmitAsync("/account", cancellationToken, to: "/account?handler=" + handler, fields: [(field, "not this one")]);
        using var owner = new PageClient(_relay.Address);
        var asked = await owner.SignInAsync(email, RelayHost.Password, cancellationToken);
        var signedIn = await owner.SubmitAsync("/sign-in/code", cancellationToken, fields: [("Code", codes[0])]);

        Assert.That(new[] { without.Text, wrong.Text }, Is.All.Contains("This is not your current password"));
        Assert.That(wrong.Html, Does.Match($"(?s)<details class=\"confirm\" open=\"open\">.*handler={handler}"), "the fault is in sight");
        Assert.That(Codes(without).Concat(Codes(wrong)), Is.Empty);
        Assert.That(asked.Path, Does.StartWith("/sign-in/code"));
        Assert.That(signedIn.Path, Does.Not.StartWith("/sign-in"), "the codes of before are still good");
    }

    [Test]
    public async Task Whoever_gives_their_password_removes_their_second_factor(CancellationToken cancellationToken)
    {
        var (email, _) = await SomebodyAsync(cancellationToken);
        using var browser = new PageClient(_relay.Address);
        await browser.SignInAsync(email, RelayHost.Password, cancellationToken);
        await SetUpSecondFactorAsync(browser, cancellationToken);

        var removed = await browser.SubmitAsync(
            "/account", cancellationToken, to: "/account?handler=RemoveSecondFactor", fields: [("PasswordToRemove", RelayHost.Password)]);
        using var elsewhere = new PageClient(_relay.Address);
        var signedIn = await elsewhere.SignInAsync(email, RelayHost.Password, cancellationToken);

        Assert.That(removed.Text, Does.Contain("The second factor is removed."));
        Assert.That(signedIn.Path, Does.Not.StartWith("/sign-in"));
    }

    [Test]
    public async Task A_session_elsewhere_is_ended_and_both_ends_are_in_the_audit_log(CancellationToken cancellationToken)
    {
        var (email, _) = await SomebodyAsync(cancellationToken);
        using var here = new PageClient(_relay.Address);
        using var elsewhere = new PageClient(_relay.Address);
        await elsewhere.SignInAsync(email, RelayHost.Password, cancellationToken);
        await here.SignInAsync(email, RelayHost.Password, cancellationToken);

        // One's own has no button, so the only one to end is the other's.
        var account = await here.OpenAsync("/account", cancellationToken);
        (string, string)[] session = [("sessionId", account.Field("sessionId"))];
        var ended = await here.PostAsync("/account?handler=EndSession", account.Field("__RequestVerificationToken"), cancellationToken, fields: session);
        await here.PostAsync("/account?handler=EndSession", account.Field("__RequestVerificationToken"), cancellationToken, fields: session);
        var there = await elsewhere.OpenAsync("/account", cancellationToken);
        await here.SubmitAsync("/account", cancellationToken, to: "/account?handler=SignOut");

        Assert.That(ended.Text, Does.Contain("The session has ended."));
        Assert.That(there.Path, Does.StartWith("/sign-in"));
        Assert.That(await ActionsAsync("user.s", cancellationToken), Is.EqualTo((string[])["user.sign-out", "user.session.end", "user.sign-in", "user.sign-in", "user.sign-in"]));
        Assert.That((await EntriesAsync("user.session.end", cancellationToken))[0].After, Does.Contain(session[0].Item2), "which one");
    }

    [Test]
    public async Task A_session_of_somebody_else_is_not_ended(CancellationToken cancellationToken)
    {
        var (email, _) = await SomebodyAsync(cancellationToken);
        using var theirs = new PageClient(_relay.Address);
        await theirs.SignInAsync(email, RelayHost.Password, cancellationToken);
        using var second = new PageClient(_relay.Address);
        await second.SignInAsync(email, RelayHost.Password, cancellationToken);
        var session = (await second.OpenAsync("/account", cancellationToken)).Field("sessionId");

        await _admin.PostAsync(
            "/account?handler=EndSession", await _admin.TokenAsync("/account", cancellationToken), cancellationToken, fields: [("sessionId", session)]);

        Assert.That((await theirs.OpenAsync("/account", cancellationToken)).Path, Is.EqualTo("/account"));
        Assert.That(await ActionsAsync("user.session.end", cancellationToken), Is.Empty);
    }

    private static string Address() => Addresses.New("somebody");

    private static string Link(PageAnswer page) => Links().Match(page.Text) is { Success: true } link ? link.Value : throw new InvalidOperationException($"No link: {page}");

    private static string[] Codes(PageAnswer page) => [.. RecoveryCodes().Matches(page.Html).Select(match => match.Groups[1].Value)];

    private static async Task ChooseAsync(PageClient browser, string link, CancellationToken cancellationToken)
    {
        var chosen = await browser.SubmitAsync(new Uri(link).AbsolutePath, cancellationToken, fields: [("Password", NewPassword), ("Again", NewPassword)]);
        Assert.That(chosen.Text, Does.Contain("Your password is set"));
    }

    private static async Task<string[]> SetUpSecondFactorAsync(PageClient browser, CancellationToken cancellationToken, string password = RelayHost.Password)
    {
        var form = await browser.OpenAsync("/account/second-factor", cancellationToken);
        var code = Totp.Code(Base32Text.Decode(TypedSecret().Match(form.Html).Groups[1].Value), Totp.StepAt(TimeProvider.System.GetUtcNow()));
        return Codes(await browser.PostAsync(
            "/account/second-factor", form.Field("__RequestVerificationToken"), cancellationToken,
            fields: [("Secret", form.Field("Secret")), ("Current", password), ("Code", code)]));
    }

    private async Task<(string Email, string Page)> SomebodyAsync(CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        var user = await _relay.Services.GetRequiredService<UserRegistry>().FindAsync(_merchant, email, cancellationToken);
        return (email, $"/m/{_merchant}/users/{user!.UserId}");
    }

    private async Task<IEnumerable<string>> ActionsAsync(string family, CancellationToken cancellationToken) =>
        (await EntriesAsync(family, cancellationToken)).Select(entry => entry.Action);

    private Task<IReadOnlyList<AuditEntry>> EntriesAsync(string family, CancellationToken cancellationToken) =>
        _relay.Services.GetRequiredService<AuditLog>().ListAsync(_merchant, new AuditFilter(family, "", "", null, null), null, 20, cancellationToken);

    [GeneratedRegex("https?://[^ ]*/welcome/[A-Za-z0-9_-]{43}")]
    private static partial Regex Links();

    [GeneratedRegex("<code>([A-Z2-7 ]{30,})</code>")]
    private static partial Regex TypedSecret();

    [GeneratedRegex("<li><code>([A-Z2-7-]{19})</code></li>")]
    private static partial Regex RecoveryCodes();
}
