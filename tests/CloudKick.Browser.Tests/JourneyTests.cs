using System.Net;
using System.Text.RegularExpressions;
using CloudKick.EndToEnd.Tests;
using CloudKick.LocalCloud;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CloudKick.Browser.Tests;

/// <summary>What people come to do, done in a real browser against the whole stack, in Dutch and in English.</summary>
[TestFixture("en")]
[TestFixture("nl")]
[CancelAfter(600_000)]
internal sealed partial class JourneyTests(string language)
{
    private Browser _browser = null!;
    private KickStage _stage = null!;

    private bool Dutch => language == "nl";

    [OneTimeSetUp]
    public async Task Start()
    {
        _stage = await KickStage.StartAsync(new Dictionary<string, string?> { ["CloudKick:Users:RequireSecondFactor"] = "Admins" });
        _browser = await Browser.StartAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _browser.DisposeAsync();
        await _stage.DisposeAsync();
    }

    [Test]
    public async Task An_admin_sets_up_a_second_factor_and_signs_in_with_it()
    {
        var email = await _stage.Relay.AddUserAsync(_stage.Merchant, Roles.Admin);
        await using var visitor = await _browser.VisitAsync(_stage.Relay.Address, new Look(language));

        await visitor.SignInAsync(email);
        var secret = await SetUpSecondFactorAsync(visitor);
        await visitor.OpenAsync("/account");
        await visitor.Page.Locator("form[action*=SignOut] button").ClickAsync();
        await visitor.SignInAsync(email);
        await Expect(visitor.Page).ToHaveURLAsync(new Regex("/sign-in/code"));
        // No code is taken twice: the app shows the next one.
        await visitor.FillAsync("Code", Visitor.CodeOf(secret, later: 1));
        await visitor.SubmitAsync("Code");

        await Expect(visitor.Page).ToHaveURLAsync(new Regex($"/m/{_stage.Merchant}/"));
        Assert.That(await visitor.HeadingAsync(), Is.EqualTo(Dutch ? "Overzicht" : "Overview"));
        Assert.That(visitor.Complaints, Is.Empty);
    }

    [Test]
    public async Task An_operator_kicks_from_the_page_and_watches_the_terminal_connect(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(cancellationToken: cancellationToken);
        // It gets its kick when the page is there: one that is over before that has nothing to complete.
        _stage.Cloud.Control.Order(new CloudFault(CloudFaultKind.Freeze, terminal));
        await using var visitor = await SignedInAsync(Roles.Operator);

        await visitor.OpenAsync($"/m/{_stage.Merchant}/terminals/{terminal}");
        await visitor.FillAsync("Reference", "order-7");
        await visitor.SubmitAsync("Reference");
        await Expect(visitor.Page).ToHaveURLAsync(KickPage());
        // The ladder completes in the page that is open: nobody loads it again.
        await visitor.Page.EvaluateAsync("() => { window.stayed = true; }");
        _stage.Cloud.Control.Thaw(terminal);
        await Expect(visitor.Page.Locator(".ladder li.done")).ToHaveCountAsync(4);

        await Expect(visitor.Page.Locator("#kick h2")).ToContainTextAsync(Dutch ? "gekoppeld" : "coupled");
        Assert.That(await visitor.Page.EvaluateAsync<bool>("() => window.stayed === true"), Is.True);
        Assert.That(visitor.Complaints, Is.Empty);
    }

    [Test]
    public async Task An_admin_imports_a_whitelist_mends_its_faults_and_kicks_what_it_names(CancellationToken cancellationToken)
    {
        var terminal = await _stage.RegisterTerminalAsync(whitelisted: false);
        await _stage.PlayAsync(terminal, cancellationToken: cancellationToken);
        await using var visitor = await _browser.VisitAsync(_stage.Relay.Address, new Look(language));
        await visitor.SignInAsync(await _stage.Relay.AddUserAsync(_stage.Merchant, Roles.Admin, cancellationToken));
        await SetUpSecondFactorAsync(visitor);
        await visitor.OpenAsync($"/m/{_stage.Merchant}/whitelist/import");
        var text = visitor.Page.Locator("textarea[name=Text]:not(.hidden)");
        var look = visitor.Page.Locator("form:has([name=Upload]) button");

        await text.FillAsync($"terminalId,label\n{terminal},counter 1\nno terminal,counter 2\n");
        await look.ClickAsync();
        await Expect(visitor.Page.Locator("td .fault")).ToHaveCountAsync(1);
        await Expect(visitor.Page.Locator("form[action*=Import]")).ToHaveCountAsync(0);
        await text.FillAsync($"terminalId,label\n{terminal},counter 1\n");
        await look.ClickAsync();
        await visitor.Page.Locator("form[action*=Import] button").ClickAsync();
        await Expect(visitor.Page.Locator("main .table")).ToContainTextAsync(terminal);

        await visitor.OpenAsync($"/m/{_stage.Merchant}/terminals/{terminal}");
        await visitor.SubmitAsync("Reference");
        await Expect(visitor.Page.Locator(".ladder li.done")).ToHaveCountAsync(4);
        Assert.That(visitor.Complaints, Is.Empty);
    }

    [Test]
    public async Task An_admin_makes_a_key_revokes_it_and_its_calls_are_refused(CancellationToken cancellationToken)
    {
        await using var visitor = await _browser.VisitAsync(_stage.Relay.Address, new Look(language));
        await visitor.SignInAsync(await _stage.Relay.AddUserAsync(_stage.Merchant, Roles.Admin, cancellationToken));
        await SetUpSecondFactorAsync(visitor);
        await visitor.OpenAsync($"/m/{_stage.Merchant}/api-keys");

        await visitor.Page.Locator("main details summary").First.ClickAsync();
        await visitor.FillAsync("Label", $"till {language}");
        await visitor.Page.Locator("[name=ChosenScopes][value='kicks:read']").CheckAsync();
        await visitor.SubmitAsync("Label");
        var key = await visitor.Page.Locator(".notice code").InnerTextAsync();
        var client = _stage.Relay.CreateClient(key);
        var before = await client.AskAsync("v1/kicks", cancellationToken);
        await visitor.Page.Locator($"tr:has-text('till {language}') a").ClickAsync();
        await visitor.Page.Locator(".confirm summary").ClickAsync();
        await visitor.Page.Locator(".confirm form[action*=Revoke] button").ClickAsync();
        await Expect(visitor.Page.Locator(".notice.good")).ToBeVisibleAsync();

        var after = await Eventually.HoldsAsync(
            () => client.AskAsync("v1/kicks", cancellationToken), answer => answer.Status != HttpStatusCode.OK, cancellationToken);
        Assert.That(before.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(after.Verdict, Is.EqualTo((401, "unauthorized")));
        Assert.That(visitor.Complaints, Is.Empty);
    }

    [Test]
    public async Task Without_scripts_the_kicks_page_gets_there_too(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(cancellationToken: cancellationToken);
        await using var visitor = await SignedInAsync(Roles.Operator, new Look(language), scripts: false);

        await visitor.OpenAsync($"/m/{_stage.Merchant}/terminals/{terminal}");
        await visitor.SubmitAsync("Reference");

        await Expect(visitor.Page.Locator(".ladder li.done")).ToHaveCountAsync(4);
    }

    [Test]
    public async Task The_diagnosis_says_why_an_offline_terminal_does_not_come(CancellationToken cancellationToken)
    {
        var terminal = await ConnectedOnceAsync(cancellationToken);
        await using var visitor = await SignedInAsync(Roles.Viewer);
        await visitor.OpenAsync($"/m/{_stage.Merchant}/terminals");

        await visitor.Page.Locator("[name=status]").SelectOptionAsync("offline");
        await visitor.SubmitAndWaitAsync("status");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = terminal }).ClickAsync();

        var connection = visitor.Page.Locator(".findings > *", new() { HasText = Dutch ? "Verbinding met de cloud (MQTT)" : "Connection to the cloud (MQTT)" });
        await Expect(connection.Locator(".tag.bad")).ToHaveTextAsync(Dutch ? "probleem" : "problem");
        await Expect(connection).ToContainTextAsync("CLIENT_INITIATED_DISCONNECT");
        await Expect(visitor.Page.Locator("form[action*=Kick]")).ToHaveCountAsync(0);
        Assert.That(visitor.Complaints, Is.Empty);
    }

    [Test]
    public async Task The_diagnosis_says_what_a_terminal_lacks_that_never_connected()
    {
        var terminal = await _stage.RegisterTerminalAsync();
        await _stage.StartTerminalAsync(); // so that the cloud has told of one
        await using var visitor = await SignedInAsync(Roles.Viewer);

        await visitor.OpenAsync($"/m/{_stage.Merchant}/terminals?status=never-seen");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = terminal }).ClickAsync();

        var findings = visitor.Page.Locator(".findings");
        await Expect(findings).ToContainTextAsync(Dutch ? "hardware-installatie" : "hardware installation");
        await Expect(findings.Locator(".tag.bad").First).ToHaveTextAsync(Dutch ? "probleem" : "problem");
        await Expect(visitor.Page.Locator("form[action*=Kick]")).ToHaveCountAsync(0);
        Assert.That(visitor.Complaints, Is.Empty);
    }

    [Test]
    public async Task The_overview_shows_a_kick_while_it_is_looked_at(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(cancellationToken: cancellationToken);
        await using var visitor = await SignedInAsync(Roles.Viewer);
        await visitor.OpenAsync($"/m/{_stage.Merchant}/overview");
        await visitor.ClickAndWaitAsync("button[name=code][value=fr]");
        Assert.That(await visitor.HeadingAsync(), Is.EqualTo("Aperçu"));
        await visitor.ClickAndWaitAsync($"button[name=code][value={language}]");
        var before = await visitor.Page.Locator(".chart rect").CountAsync();
        var summary = await visitor.Page.Locator("#kicks + p").InnerTextAsync();

        await _stage.PostAsync(KickStage.Kick(terminal), wait: 20, cancellationToken: cancellationToken);

        await Expect(visitor.Page.Locator("#kicks + p")).Not.ToHaveTextAsync(summary);
        Assert.That(await visitor.Page.Locator(".chart rect").CountAsync(), Is.GreaterThanOrEqualTo(Math.Max(1, before)));
        Assert.That(visitor.Complaints, Is.Empty);
    }

    [GeneratedRegex("/kicks/kck_[0-9A-Z]{26}$")]
    private static partial Regex KickPage();

    /// <summary>A terminal that the cloud saw come, and leave.</summary>
    private async Task<string> ConnectedOnceAsync(CancellationToken cancellationToken)
    {
        var terminal = await _stage.RegisterTerminalAsync();
        var played = await _stage.PlayAsync(terminal, cancellationToken: cancellationToken);
        await Eventually.BecomesAsync(() => PresenceAsync(terminal, cancellationToken), "online", cancellationToken);
        await played.DisposeAsync();
        await Eventually.BecomesAsync(() => PresenceAsync(terminal, cancellationToken), "offline", cancellationToken);
        return terminal;
    }

    private async Task<string> PresenceAsync(string terminal, CancellationToken cancellationToken) =>
        (string)(await _stage.Client.AskAsync($"v1/terminals/{terminal}", cancellationToken)).Json["presence"]!["state"]!;

    private static async Task<string> SetUpSecondFactorAsync(Visitor visitor)
    {
        var secret = await visitor.Page.Locator("main ol code").InnerTextAsync();
        await visitor.FillAsync("Code", Visitor.CodeOf(secret));
        await visitor.SubmitAsync("Code");
        await Expect(visitor.Page.Locator(".codes li")).Not.ToHaveCountAsync(0);
        return secret;
    }

    private async Task<Visitor> SignedInAsync(string role, Look? look = null, bool scripts = true)
    {
        var visitor = await _browser.VisitAsync(_stage.Relay.Address, look ?? new Look(language), scripts);
        await visitor.SignInAsync(await _stage.Relay.AddUserAsync(_stage.Merchant, role));
        await Expect(visitor.Page).ToHaveURLAsync(new Regex($"/m/{_stage.Merchant}/"));
        return visitor;
    }
}
