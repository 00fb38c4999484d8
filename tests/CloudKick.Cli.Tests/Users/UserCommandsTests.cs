using CloudKick.Cli.CommandLine;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Dapper;

namespace CloudKick.Cli.Tests.Users;

/// <summary>How the first people get in, on a database that nobody has signed in to yet.</summary>
[CancelAfter(120_000)]
internal sealed class UserCommandsTests
{
    private const string Password = "a fine long password";
    private const string Url = "https://kick.example.test/";

    private TestDatabase _database = null!;

    [OneTimeSetUp]
    public async Task CreateDatabase()
    {
        _database = await TestDatabase.CreateAsync();
        await RunAsync(CancellationToken.None, "merchant", "add", "Bakery");
    }

    [OneTimeTearDown]
    public async Task DropDatabase() => await _database.DisposeAsync();

    [Test]
    public async Task The_first_operator_is_invited_chooses_a_password_and_signs_in(CancellationToken cancellationToken)
    {
        await using var relay = await RelayHost.StartAsync(_database, cancellationToken: cancellationToken);
        var invited = await RunAsync(
            cancellationToken, "user", "invite", "--platform", "--email", "first@example.test", "--name", "First", "--url", relay.Address.ToString());
        var link = invited.Out.Trim();
        using var browser = new PageClient(relay.Address);

        var chosen = await browser.SubmitAsync(link[(relay.Address.AbsoluteUri.Length - 1)..], cancellationToken, fields: [("Password", Password), ("Again", Password)]);
        var signedIn = await browser.SignInAsync("first@example.test", Password, cancellationToken);

        Assert.That(invited.ExitCode, Is.EqualTo(ExitCode.Done), invited.Error);
        Assert.That(link, Does.Match($"^{relay.Address}welcome/[A-Za-z0-9_-]{{43}}$"));
        Assert.That(invited.Error, Does.Contain("first@example.test (platform-operator), good once, until"));
        Assert.That(chosen.Text, Does.Contain("Your password is set"));
        Assert.That(signedIn.Path, Does.StartWith("/platform/"), signedIn.ToString());
    }

    [Test]
    public async Task A_merchants_people_are_invited_listed_and_audited_as_by_command(CancellationToken cancellationToken)
    {
        var admin = await RunAsync(cancellationToken, "user", "invite", "--merchant", "Bakery", "--email", "ann@example.test", "--name", "Ann", "--url", Url, "--json");
        await RunAsync(cancellationToken, "user", "invite", "--merchant", "Bakery", "--email", "bob@example.test", "--role", "viewer", "--url", Url);
        var listed = await RunAsync(cancellationToken, "user", "list", "--merchant", "Bakery", "--json");
        var people = await RunAsync(cancellationToken, "user", "list", "--merchant", "Bakery");
        var audit = await RunAsync(cancellationToken, "audit", "list", "--merchant", "Bakery", "--action", "user.invite", "--json");

        Assert.That(admin.JsonLines.Single().GetProperty("link").GetString(), Does.StartWith(Url + "welcome/"));
        Assert.That(
            listed.JsonLines.Select(line => (line.GetProperty("email").GetString(), line.GetProperty("role").GetString())),
            Is.EqualTo(new[] { ("ann@example.test", Roles.Admin), ("bob@example.test", Roles.Viewer) }));
        Assert.That(people.Out, Does.Contain("ann@example.test").And.Contain("invited").And.Not.Contain("welcome"));
        Assert.That(audit.JsonLines.Select(line => line.GetProperty("actor").GetString()), Is.EqualTo(new[] { "cli", "cli" }));
        Assert.That(audit.Out, Does.Not.Contain(admin.JsonLines.Single().GetProperty("link").GetString()![^43..]));
    }

    [Test]
    public async Task A_reset_replaces_the_link_and_takes_the_second_factor_when_it_is_to(CancellationToken cancellationToken)
    {
        var first = await RunAsync(cancellationToken, "user", "invite", "--platform", "--email", "lost@example.test", "--role", "platform-support", "--url", Url);
        var again = await RunAsync(cancellationToken, "user", "reset", "LOST@example.test", "--platform", "--url", Url);
        await using var owner = await _database.Owner.OpenConnectionAsync(cancellationToken);
        await owner.ExecuteAsync("update users set password_hash = 'x', totp_secret = '\\x01' where email = 'lost@example.test'");

        var kept = await RunAsync(cancellationToken, "user", "reset", "lost@example.test", "--platform", "--url", Url, "--json");
        var before = await HasSecondFactorAsync();
        var taken = await RunAsync(cancellationToken, "user", "reset", "lost@example.test", "--platform", "--second-factor", "--url", Url);

        Assert.That(again.Out.Trim(), Does.StartWith(Url + "welcome/").And.Not.EqualTo(first.Out.Trim()));
        Assert.That(kept.JsonLines.Single().GetProperty("endsAt").GetDateTimeOffset(), Is.LessThan(TimeProvider.System.GetUtcNow().AddHours(2)), "an invitation lasts longer");
        Assert.That((before, await HasSecondFactorAsync()), Is.EqualTo((true, false)), taken.Error);
        Assert.That(
            (await RunAsync(cancellationToken, "audit", "list", "--platform", "--action", "user.reset", "--json")).JsonLines.Select(line => line.GetProperty("action").GetString()),
            Is.EqualTo(new[] { "user.reset-second-factor", "user.reset", "user.reset" }));
        Assert.That(await owner.ExecuteScalarAsync<long>("select count(*) from user_links l join users u on u.user_id = l.user_id where u.email = 'lost@example.test'"), Is.EqualTo(1));

        Task<bool> HasSecondFactorAsync() => owner.ExecuteScalarAsync<bool>("select totp_secret is not null from users where email = 'lost@example.test'");
    }

    [TestCase("user invite --platform --email new@example.test", ExitCode.Usage, "--url")]
    [TestCase("user invite --platform --email nonsense --url https://x.test", ExitCode.Usage, "email address")]
    [TestCase("user invite --platform --email new@example.test --role admin --url https://x.test", ExitCode.Usage, "platform-operator")]
    [TestCase("user invite --email new@example.test --url https://x.test", ExitCode.Usage, "--merchant")]
    [TestCase("user invite --merchant Nobody --email new@example.test --url https://x.test", ExitCode.Refused, "no merchant named Nobody")]
    [TestCase("user invite --platform --url https://x.test", ExitCode.Usage, "--email")]
    [TestCase("user reset nobody@example.test --platform --url https://x.test", ExitCode.Refused, "nobody here")]
    [TestCase("user reset ann@example.test --platform", ExitCode.Usage, "--url")]
    public async Task What_cannot_be_done_is_said_and_nobody_is_invited(string line, int exitCode, string words, CancellationToken cancellationToken)
    {
        var run = await RunAsync(cancellationToken, line.Split(' '));

        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        Assert.That(run.Error, Does.Contain(words).IgnoreCase);
        Assert.That(run.Out, Is.Empty);
        await using var owner = await _database.Owner.OpenConnectionAsync(cancellationToken);
        Assert.That(await owner.ExecuteScalarAsync<long>("select count(*) from users where email in ('new@example.test', 'nonsense')"), Is.Zero);
    }

    [Test]
    public async Task An_address_that_is_in_use_is_refused(CancellationToken cancellationToken)
    {
        string[] line = ["user", "invite", "--platform", "--email", "twice@example.test", "--url", Url];
        await RunAsync(cancellationToken, line);

        var again = await RunAsync(cancellationToken, [.. line, "--json"]);

        Assert.That(again.ExitCode, Is.EqualTo(ExitCode.Refused));
        Assert.That(again.Error, Does.Contain("email-taken"));
    }

    [Test]
    public async Task The_relays_own_setting_says_where_links_lead(CancellationToken cancellationToken)
    {
        var run = await Invocation.RunAsync(
            ["user", "invite", "--platform", "--email", "settings@example.test"], cancellationToken,
            ("ConnectionStrings__CloudKickOwner", _database.OwnerConnectionString), ("CloudKick__Pages__PublicUrl", "https://pages.example.test/kick"),
            ("CLOUDKICK_URL", "http://internal.example.test:5080"));

        Assert.That(run.Out, Does.StartWith("https://pages.example.test/kick/welcome/"), run.Error);
    }

    private Task<Invocation> RunAsync(CancellationToken cancellationToken, params string[] args) =>
        Invocation.RunAsync(args, cancellationToken, ("ConnectionStrings__CloudKickOwner", _database.OwnerConnectionString));
}
