using System.Net;
using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>What people do by mistake or too late is told to them, in words that fit, before it does harm.</summary>
[CancelAfter(120_000)]
internal sealed class MistakesTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _merchant;
    private PageClient _platform = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _merchant = await _relay.AddMerchantAsync();
        _platform = await _relay.SignInAsync(null, Roles.PlatformOperator);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase("whitelist/import")]
    [TestCase("/platform/terminals/import")]
    public async Task A_file_that_is_larger_than_a_page_takes_is_told_so(string page, CancellationToken cancellationToken)
    {
        var path = page.StartsWith('/') ? page : At(page);
        using var form = new MultipartFormDataContent
        {
            { new StringContent(await _platform.TokenAsync(path, cancellationToken)), "__RequestVerificationToken" },
            { new ByteArrayContent(new byte[3 * 1024 * 1024]), "Upload", "export.csv" },
        };

        var answer = await _platform.SendAsync(HttpMethod.Post, path, form, follow: true, cancellationToken);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(answer.Text, Does.Contain("The file is larger than this page takes.").And.Not.Contain("too old"));
    }

    [Test]
    public async Task A_terminal_that_somebody_changed_meanwhile_is_shown_and_not_overwritten(CancellationToken cancellationToken)
    {
        const string Page = "/platform/terminals/STALE1";
        await Terminals.AddAsync(new NewTerminal("STALE1", "GrundmasterNL") { Merchant = _merchant }, Actor.Cli, cancellationToken);
        var opened = await _platform.OpenAsync(Page, cancellationToken);
        await Terminals.UpdateAsync("STALE1", settings => settings with { ConnectMode = ConnectMode.Both }, Actor.Cli, cancellationToken);
        (string, string)[] mine = [("Label", "mine"), ("Firmware", ""), ("Mode", ConnectMode.CloudConnect2)];

        var refused = await _platform.SubmitAsync(Page, cancellationToken, fields: [.. mine, ("Seen", opened.Field("Seen"))]);
        var saved = await _platform.SubmitAsync(Page, cancellationToken, fields: [.. mine, ("Seen", refused.Field("Seen"))]);

        Assert.That(refused.Text, Does.Contain("Somebody changed this terminal after you opened it"));
        Assert.That(refused.Html, Does.Match("<option selected[^>]*value=\"both\""), "as they left it");
        Assert.That(saved.Text, Does.Contain("saved").IgnoreCase.And.Contain("2.0"));
    }

    [Test]
    public async Task A_person_whom_somebody_changed_meanwhile_is_shown_and_not_overwritten(CancellationToken cancellationToken)
    {
        var user = await AddUserAsync(_merchant, cancellationToken);
        var page = At($"users/{user}");
        var opened = await _platform.OpenAsync(page, cancellationToken);
        await People.ChangeAsync(_merchant, user, person => person with { Role = Roles.Operator }, Actor.Cli, cancellationToken);
        (string, string)[] mine = [("Name", "Ann"), ("Role", Roles.Viewer)];

        var refused = await _platform.SubmitAsync(page, cancellationToken, fields: [.. mine, ("Seen", opened.Field("Seen"))]);
        var between = await People.FindAsync(_merchant, user, cancellationToken);
        await _platform.SubmitAsync(page, cancellationToken, fields: [.. mine, ("Seen", refused.Field("Seen"))]);
        var after = await People.FindAsync(_merchant, user, cancellationToken);

        Assert.That(refused.Text, Does.Contain("Somebody changed this user after you opened the page"));
        Assert.That((between!.Name, between.Role), Is.EqualTo(("", Roles.Operator)));
        Assert.That((after!.Name, after.Role), Is.EqualTo(("Ann", Roles.Viewer)));
    }

    [Test]
    public async Task No_link_is_made_that_leads_nowhere(CancellationToken cancellationToken)
    {
        var closed = await _relay.AddMerchantAsync("Closed", cancellationToken);
        var theirs = await AddUserAsync(closed, cancellationToken);
        var blocked = await AddUserAsync(_merchant, cancellationToken);
        await People.ChangeAsync(_merchant, blocked, person => person with { DisabledAt = person.CreatedAt }, Actor.Cli, cancellationToken);
        await Merchants.SetDisabledAsync(closed, true, Actor.Cli, cancellationToken);

        var ofBlocked = await _platform.SubmitAsync(At($"users/{blocked}"), cancellationToken, to: At($"users/{blocked}?handler=Reset"));
        var ofClosed = await _platform.SubmitAsync($"/m/{closed}/users/{theirs}", cancellationToken, to: $"/m/{closed}/users/{theirs}?handler=Reset");
        var invited = await _platform.SubmitAsync(
            $"/m/{closed}/users", cancellationToken, fields: [("Email", Addresses.New("nobody")), ("Name", ""), ("Role", Roles.Viewer)]);

        Assert.That(ofBlocked.Text, Does.Contain("This user is blocked: a link would lead nowhere."));
        Assert.That(new[] { ofClosed.Text, invited.Text }, Is.All.Contains("The merchant is disabled: a link would lead nowhere."));
        Assert.That(new[] { ofBlocked.Html, ofClosed.Html, invited.Html }, Has.None.Contains("/welcome/"));
        Assert.That(await People.ListAsync(closed, "", null, 10, cancellationToken), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_disabled_merchant_gets_no_terminal_and_its_overview_says_what_it_is(CancellationToken cancellationToken)
    {
        var closed = await _relay.AddMerchantAsync("Shut", cancellationToken);
        var before = await _platform.OpenAsync($"/m/{closed}/overview", cancellationToken);
        await Merchants.SetDisabledAsync(closed, true, Actor.Cli, cancellationToken);
        await Terminals.AddAsync(new NewTerminal("SPARE1", "GrundmasterNL"), Actor.Cli, cancellationToken);

        var refused = await _platform.SubmitAsync(
            "/platform/terminals/SPARE1", cancellationToken, to: "/platform/terminals/SPARE1?handler=Assign", fields: [("MerchantId", closed.ToString())]);
        var outcome = await Terminals.AssignAsync("SPARE1", closed, Actor.Cli, cancellationToken);
        var after = await _platform.OpenAsync($"/m/{closed}/overview", cancellationToken);

        Assert.That(refused.Text, Does.Contain("The merchant is disabled: nobody could kick the terminal."));
        Assert.That(outcome, Is.EqualTo(TerminalOutcome.DisabledMerchant));
        Assert.That(before.Text, Does.Not.Contain("The merchant is disabled"));
        Assert.That(after.Text, Does.Contain("The merchant is disabled"));
    }

    [Test]
    public async Task An_overview_says_that_a_terminal_is_not_on_the_whitelist(CancellationToken cancellationToken)
    {
        var merchant = await _relay.AddMerchantAsync("Half on it", cancellationToken);
        foreach (var id in (string[])["LISTED1", "LAPSED1", "BARE1"])
            await Terminals.AddAsync(new NewTerminal(id, "GrundmasterNL") { Merchant = merchant }, Actor.Cli, cancellationToken);
        var past = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await _relay.Services.GetRequiredService<Relay.Whitelist.MerchantWhitelist>()
            .ImportAsync(merchant, [new("LISTED1"), new("LAPSED1", "", past), new("NOBODYS1")], Actor.Cli, dryRun: false, cancellationToken);

        var page = await _platform.OpenAsync($"/m/{merchant}/overview", cancellationToken);

        Assert.That(page.Text, Does.Contain("Terminals that are not on the whitelist and cannot be kicked: 2"));
    }

    [Test]
    public async Task A_merchant_is_added_under_a_name_that_another_has_only_when_that_is_meant(CancellationToken cancellationToken)
    {
        var first = await _relay.AddMerchantAsync("Bakery of twins", cancellationToken);

        var asked = await _platform.SubmitAsync("/platform/merchants", cancellationToken, fields: [("Name", "bakery of Twins")]);
        var between = await Merchants.SearchAsync("Bakery of twins", null, 10, cancellationToken);
        await _platform.SubmitAsync("/platform/merchants", cancellationToken, fields: [("Name", asked.Field("Name")), ("Taken", asked.Field("Taken"))]);
        var after = await Merchants.SearchAsync("Bakery of twins", null, 10, cancellationToken);

        Assert.That(asked.Text, Does.Contain($"A merchant is called Bakery of twins already, with the id {first}."));
        Assert.That(between, Has.Count.EqualTo(1));
        Assert.That(after, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_merchant_is_renamed_and_found_by_its_new_name(CancellationToken cancellationToken)
    {
        var merchant = await _relay.AddMerchantAsync("Misspelt", cancellationToken);
        var page = $"/platform/merchants/{merchant}";

        var nameless = await _platform.SubmitAsync(page, cancellationToken, to: page + "?handler=Rename", fields: [("Name", " ")]);
        var renamed = await _platform.SubmitAsync(page, cancellationToken, to: page + "?handler=Rename", fields: [("Name", " Spelt well ")]);
        var found = await Merchants.SearchAsync("spelt", null, 10, cancellationToken);
        var audit = await _platform.OpenAsync($"/m/{merchant}/audit", cancellationToken);

        Assert.That(nameless.Text, Does.Contain("A name has 1 to 200 characters"));
        Assert.That(renamed.Text, Does.Contain("The merchant has its new name."));
        Assert.That(found.Select(one => (one.MerchantId, one.Name)), Is.EqualTo(new[] { (merchant.Value, "Spelt well") }));
        Assert.That(audit.Text, Does.Contain("merchant.rename").And.Contain("Misspelt"));
    }

    private UserRegistry People => _relay.Services.GetRequiredService<UserRegistry>();

    private TerminalRegistry Terminals => _relay.Services.GetRequiredService<TerminalRegistry>();

    private MerchantRegistry Merchants => _relay.Services.GetRequiredService<MerchantRegistry>();

    private async Task<Guid> AddUserAsync(MerchantId merchant, CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(merchant, Roles.Viewer, cancellationToken);
        return (await People.FindAsync(merchant, email, cancellationToken))!.UserId;
    }

    private string At(string path) => $"/m/{_merchant}/{path}";
}
