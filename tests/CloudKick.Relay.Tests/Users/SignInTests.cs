using System.Net;
using System.Text.RegularExpressions;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Users;

/// <summary>From the form to a session and back, on two nodes that share a database.</summary>
[CancelAfter(120_000)]
internal sealed partial class SignInTests
{
    private const string Account = "/account";

    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private RelayHost _other = null!;
    private MerchantId _merchant;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _other = await RelayHost.StartAsync(_database);
        _merchant = await _relay.AddMerchantAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _other.DisposeAsync();
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Address_and_password_lead_to_a_session(CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        using var browser = new PageClient(_relay.Address);

        var page = await browser.SignInAsync(email.ToUpperInvariant(), RelayHost.Password, cancellationToken);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.OK), page.ToString());
        Assert.That(page.Path, Does.Not.StartWith("/sign-in"));
        Assert.That((await browser.OpenAsync(Account, cancellationToken)).Text, Does.Contain(email));
    }

    [Test]
    public async Task A_page_leads_to_the_form_and_the_form_back_to_the_page(CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        using var browser = new PageClient(_relay.Address);

        var form = await browser.OpenAsync("/account?x=1", cancellationToken);
        var page = await browser.SubmitAsync(form.Path, cancellationToken, fields: [("Email", email), ("Password", RelayHost.Password)]);

        Assert.That(form.Path, Is.EqualTo("/sign-in?return=%2Faccount%3Fx%3D1"));
        Assert.That(page.Path, Is.EqualTo("/account?x=1"));
    }

    [TestCase("/account?x=5500000000000004")]
    [TestCase("/account?x=5500+0000+0000+0004")]
    [TestCase("/m/0197f7a0-0000-7000-8000-000000000001/terminals/5500%200000%200000%200004")]
    public async Task An_address_that_looks_like_a_card_number_is_not_repeated_in_the_forms(string address, CancellationToken cancellationToken)
    {
        using var browser = new PageClient(_relay.Address);

        var form = await browser.OpenAsync(address, cancellationToken);

        Assert.That(form.Path, Is.EqualTo("/sign-in"));
    }

    [TestCase("https://evil.example/")]
    [TestCase("//evil.example/")]
    [TestCase("/\\evil.example/")]
    public async Task The_form_leads_nowhere_else(string elsewhere, CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        using var browser = new PageClient(_relay.Address);

        var answer = await browser.SubmitAsync(
            "/sign-in?return=" + Uri.EscapeDataString(elsewhere), cancellationToken, follow: false, fields: [("Email", email), ("Password", RelayHost.Password)]);

        Assert.That(answer.Headers["Location"], Is.EqualTo("/"));
    }

    [Test]
    public async Task Unknown_wrong_disabled_and_not_yet_are_one_answer(CancellationToken cancellationToken)
    {
        var directory = _relay.Services.GetRequiredService<UserRegistry>();
        var known = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        var disabled = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        var disabledId = (await directory.ListAsync(_merchant, disabled, null, 1, cancellationToken))[0].UserId;
        await directory.ChangeAsync(_merchant, disabledId, user => user with { DisabledAt = user.CreatedAt }, Actor.Cli, cancellationToken);
        var invited = (await directory.InviteAsync(new NewUser(_merchant, "invited@example.test", Roles.Viewer), TimeSpan.FromDays(1), Actor.Cli, cancellationToken))!;
        (string, string)[] attempts =
            [("nobody@example.test", RelayHost.Password), (known, "wrong password"), (disabled, RelayHost.Password), (invited.User.Email, RelayHost.Password)];

        var answers = new List<(HttpStatusCode, string)>();
        foreach (var (email, password) in attempts)
        {
            using var browser = new PageClient(_relay.Address);
            var page = await browser.SignInAsync(email, password, cancellationToken);
            answers.Add((page.Status, page.Text));
        }

        Assert.That(answers[0].Item1, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(answers[0].Item2, Does.Contain("Email address or password is wrong"));
        Assert.That(answers.Distinct().Count(), Is.EqualTo(1), string.Join('\n', answers));
    }

    [Test]
    public async Task A_session_is_every_nodes_and_ends_on_every_node(CancellationToken cancellationToken)
    {
        var here = await _relay.SignInAsync(_merchant, Roles.Viewer, cancellationToken);
        using var there = new PageClient(_other.Address);
        foreach (var (name, value) in here.Cookies)
            there.Cookies[name] = value;

        var before = await there.OpenAsync(Account, cancellationToken);
        await here.SubmitAsync(Account, cancellationToken, to: "/account?handler=SignOut");
        var after = await there.OpenAsync(Account, cancellationToken);

        Assert.That(before.Path, Is.EqualTo(Account));
        Assert.That(here.Cookies, Does.Not.ContainKey(SessionCookie.Name));
        Assert.That(after.Path, Does.StartWith("/sign-in"));
    }

    [TestCase("seen_at = now() - interval '61 min'")]
    [TestCase("ends_at = now()")]
    public async Task A_session_is_over_when_it_was_idle_or_lasted_too_long(string change, CancellationToken cancellationToken)
    {
        var browser = await _relay.SignInAsync(_merchant, Roles.Viewer, cancellationToken);
        await SuperuserAsync<int>($"update user_sessions set {change} where token_hash = @hash returning 1", new { hash = SecretToken.Parse(browser.Cookies[SessionCookie.Name])!.Hash });

        Assert.That((await browser.OpenAsync(Account, cancellationToken)).Path, Does.StartWith("/sign-in"));
    }

    [Test]
    public async Task A_disabled_merchants_people_are_out_at_once(CancellationToken cancellationToken)
    {
        var merchant = await _relay.AddMerchantAsync("Closing down", cancellationToken);
        var browser = await _relay.SignInAsync(merchant, Roles.Admin, cancellationToken);

        await _relay.Services.GetRequiredService<Relay.Merchants.MerchantRegistry>().SetDisabledAsync(merchant, true, Actor.Cli, cancellationToken);

        Assert.That((await browser.OpenAsync(Account, cancellationToken)).Path, Does.StartWith("/sign-in"));
    }

    [Test]
    public async Task Cookies_are_for_this_host_over_a_secure_connection_and_for_no_script(CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        using var browser = new PageClient(_relay.Address);

        var form = await browser.OpenAsync("/sign-in", cancellationToken);
        var answer = await browser.PostAsync(
            "/sign-in", form.Field("__RequestVerificationToken"), cancellationToken, follow: false, fields: [("Email", email), ("Password", RelayHost.Password)]);

        foreach (var cookie in new[] { form.Headers["Set-Cookie"], answer.Headers["Set-Cookie"] })
        {
            Assert.That(cookie, Does.StartWith("__Host-").IgnoreCase);
            Assert.That(cookie, Does.Contain("secure").IgnoreCase.And.Contain("httponly").IgnoreCase.And.Contain("path=/").IgnoreCase.And.Contain("samesite=").IgnoreCase);
            Assert.That(cookie, Does.Not.Contain("domain=").IgnoreCase);
        }
    }

    [Test]
    public async Task A_form_without_its_token_is_refused(CancellationToken cancellationToken)
    {
        var browser = await _relay.SignInAsync(_merchant, Roles.Viewer, cancellationToken);
        var ofSomebodyElse = await (await _relay.SignInAsync(_merchant, Roles.Viewer, cancellationToken)).TokenAsync(Account, cancellationToken);

        var without = await browser.PostAsync("/account?handler=SignOut", null, cancellationToken);
        var foreign = await browser.PostAsync("/account?handler=SignOut", ofSomebodyElse, cancellationToken);

        Assert.That(without.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(foreign.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(without.Text, Does.Contain("This page was too old"));
    }

    [Test]
    public async Task The_second_factor_is_asked_for_and_a_code_is_taken_once(CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Admin, cancellationToken);
        using var browser = new PageClient(_relay.Address);
        await browser.SignInAsync(email, RelayHost.Password, cancellationToken);
        var form = await browser.OpenAsync("/account/second-factor", cancellationToken);
        var secret = Base32Text.Decode(TypedSecret().Match(form.Html).Groups[1].Value);
        // A moment ago's, so that the next one is still unused for signing in.
        var setUp = await browser.PostAsync(
            "/account/second-factor", form.Field("__RequestVerificationToken"), cancellationToken,
            fields: [("Secret", form.Field("Secret")), ("Current", RelayHost.Password), ("Code", Code(secret, -1))]);
        var recovery = RecoveryCodes().Matches(setUp.Html).Select(match => match.Groups[1].Value).ToArray();

        using var again = new PageClient(_relay.Address);
        var asked = await again.SignInAsync(email, RelayHost.Password, cancellationToken);
        var halfWay = await again.OpenAsync(Account, cancellationToken);
        var wrong = await again.SubmitAsync(asked.Path, cancellationToken, fields: [("Code", "000000")]);
        var signedIn = await again.SubmitAsync(asked.Path, cancellationToken, fields: [("Code", Code(secret, 0))]);
        using var thief = new PageClient(_relay.Address);
        await thief.SignInAsync(email, RelayHost.Password, cancellationToken);
        var replayed = await thief.SubmitAsync("/sign-in/code", cancellationToken, fields: [("Code", Code(secret, 0))]);
        var recovered = await thief.SubmitAsync("/sign-in/code", cancellationToken, fields: [("Code", recovery[0])]);
        using var second = new PageClient(_relay.Address);
        await second.SignInAsync(email, RelayHost.Password, cancellationToken);
        var recoveredTwice = await second.SubmitAsync("/sign-in/code", cancellationToken, fields: [("Code", recovery[0])]);

        Assert.That(recovery, Has.Length.EqualTo(RecoveryCode.PerUser), setUp.ToString());
        Assert.That(asked.Path, Does.StartWith("/sign-in/code"));
        Assert.That(halfWay.Path, Does.StartWith("/sign-in"), "the password alone is no session");
        Assert.That(wrong.Text, Does.Contain("The code is wrong"));
        Assert.That(signedIn.Path, Does.Not.StartWith("/sign-in"), signedIn.ToString());
        Assert.That(replayed.Text, Does.Contain("The code is wrong"));
        Assert.That(recovered.Path, Does.Not.StartWith("/sign-in"), recovered.ToString());
        Assert.That(recoveredTwice.Text, Does.Contain("The code is wrong"));
        Assert.That(await SuperuserAsync<string>("select encode(totp_secret, 'base64') from users where email = @email", new { email }), Does.Not.Contain(Convert.ToBase64String(secret)));
    }

    [Test]
    public async Task Whoever_must_have_a_second_factor_sets_it_up_before_anything_else(CancellationToken cancellationToken)
    {
        await using var strict = await RelayHost.StartAsync(
            _database, new RelayHostOptions { Settings = new Dictionary<string, string?> { ["CloudKick:Users:RequireSecondFactor"] = "Admins" } }, cancellationToken);
        var admin = await strict.SignInAsync(_merchant, Roles.Admin, cancellationToken);
        var viewer = await strict.SignInAsync(_merchant, Roles.Viewer, cancellationToken);

        Assert.That((await admin.OpenAsync($"/m/{_merchant}/users", cancellationToken)).Path, Is.EqualTo("/account/second-factor"));
        Assert.That((await viewer.OpenAsync("/", cancellationToken)).Path, Is.Not.EqualTo("/account/second-factor"));
        Assert.That((await admin.OpenAsync("/account/second-factor", cancellationToken)).Html, Does.Not.Contain("name=\"Current\""), "the password was given just now");
        await SuperuserAsync<int>(
            "update user_sessions set created_at = created_at - interval '11 min' where token_hash = @hash returning 1",
            new { hash = SecretToken.Parse(admin.Cookies[SessionCookie.Name])!.Hash });
        Assert.That((await admin.OpenAsync("/account/second-factor", cancellationToken)).Html, Does.Contain("name=\"Current\""), "somebody left the browser alone");
    }

    [Test]
    public async Task An_invitation_is_good_once(CancellationToken cancellationToken)
    {
        var link = (await _relay.Services.GetRequiredService<UserRegistry>().InviteAsync(
            new NewUser(_merchant, "new@example.test", Roles.Viewer), TimeSpan.FromDays(1), Actor.Cli, cancellationToken))!;
        using var browser = new PageClient(_relay.Address);
        (string, string)[] passwords = [("Password", "a fine long password"), ("Again", "a fine long password")];

        var simple = await browser.SubmitAsync(link.Path, cancellationToken, fields: [("Password", "short"), ("Again", "short")]);
        var chosen = await browser.SubmitAsync(link.Path, cancellationToken, fields: passwords);
        var again = await browser.OpenAsync(link.Path, cancellationToken);
        var signedIn = await browser.SignInAsync("new@example.test", "a fine long password", cancellationToken);

        Assert.That(simple.Text, Does.Contain("at least 12 characters"));
        Assert.That(chosen.Text, Does.Contain("Your password is set"));
        Assert.That(again.Text, Does.Contain("This link is good no more"));
        Assert.That(signedIn.Path, Does.Not.StartWith("/sign-in"));
    }

    [Test]
    public async Task A_new_password_ends_every_other_session(CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        using var here = new PageClient(_relay.Address);
        using var elsewhere = new PageClient(_other.Address);
        await here.SignInAsync(email, RelayHost.Password, cancellationToken);
        await elsewhere.SignInAsync(email, RelayHost.Password, cancellationToken);

        var wrong = await here.SubmitAsync(
            Account, cancellationToken, to: "/account?handler=Password",
            fields: [("Current", "not this one"), ("Password", "another fine password"), ("Again", "another fine password")]);
        var changed = await here.SubmitAsync(
            Account, cancellationToken, to: "/account?handler=Password",
            fields: [("Current", RelayHost.Password), ("Password", "another fine password"), ("Again", "another fine password")]);

        Assert.That(wrong.Text, Does.Contain("This is not your current password"));
        Assert.That(changed.Text, Does.Contain("The new password is set"));
        Assert.That((await here.OpenAsync(Account, cancellationToken)).Path, Is.EqualTo(Account));
        Assert.That((await elsewhere.OpenAsync(Account, cancellationToken)).Path, Does.StartWith("/sign-in"));
    }

    [Test]
    public async Task Signing_in_is_in_the_audit_log(CancellationToken cancellationToken)
    {
        var merchant = await _relay.AddMerchantAsync("Audited", cancellationToken);
        await _relay.SignInAsync(merchant, Roles.Viewer, cancellationToken);

        var actions = await _relay.Services.GetRequiredService<TenantDatabase>().QueryAsync<string>(
            merchant, "select action || ' ' || split_part(actor, ':', 1) || ' ' || coalesce(origin, '') from audit_log order by chain_index", null, cancellationToken);

        Assert.That(actions, Is.EqualTo((string[])["merchant.add cli ", "user.invite cli ", "user.sign-in user 127.0.0.1"]));
    }

    private static string Code(byte[] secret, int steps) => Totp.Code(secret, Totp.StepAt(TimeProvider.System.GetUtcNow()) + steps);

    private async Task<T?> SuperuserAsync<T>(string sql, object parameters)
    {
        await using var connection = new Npgsql.NpgsqlConnection(_database.SuperuserConnectionString);
        return await connection.ExecuteScalarAsync<T>(sql, parameters);
    }

    [GeneratedRegex("<code>([A-Z2-7 ]{30,})</code>")]
    private static partial Regex TypedSecret();

    [GeneratedRegex("<li><code>([A-Z2-7-]{19})</code></li>")]
    private static partial Regex RecoveryCodes();
}
