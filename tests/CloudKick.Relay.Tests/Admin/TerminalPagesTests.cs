using System.Net;
using CloudKick.Relay.Tests.Kicks;
using CloudKick.Relay.Users;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Admin;

/// <summary>The list of terminals, and the page of one.</summary>
[CancelAfter(120_000)]
internal sealed class TerminalPagesTests
{
    private KickWorld _world = null!;
    private RelayHost _relay = null!;
    private PageClient _operator = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _world = await KickWorld.CreateAsync();
        _relay = await RelayHost.StartAsync(_world.Database);
        await _world.AddTerminalAsync(_world.Bakery, "ONLINE1");
        await _world.AddTerminalAsync(_world.Bakery, "OFFLINE1");
        await _world.AddTerminalAsync(_world.Bakery, "OLD1");
        await _world.AddTerminalAsync(_world.Bakery, "V1ONLY", connectMode: "both");
        await _world.ExecuteAsync("update terminals set label = '50% corner' where terminal_id = 'OLD1'");
        await _world.ExecuteAsync("update terminals set firmware_version = '14.0.10.7' where terminal_id = 'OLD1'");
        await TellPresenceAsync("ONLINE1", true, 1);
        await TellPresenceAsync("OFFLINE1", true, 1);
        await TellPresenceAsync("OFFLINE1", false, 1);
        // Only now: the overview that is shown first keeps its counts for a while.
        _operator = await _relay.SignInAsync(_world.Bakery, Roles.Operator);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _world.DisposeAsync();
    }

    [TestCase("online", "ONLINE1")]
    [TestCase("offline", "OFFLINE1")]
    [TestCase("old-firmware", "OLD1")]
    [TestCase("cloud-connect-1", "V1ONLY")]
    public async Task A_filter_shows_the_terminals_that_stand_so(string status, string only, CancellationToken cancellationToken)
    {
        var page = await _operator.OpenAsync(Path($"terminals?status={status}"), cancellationToken);

        Assert.That(Ids(page), Is.EqualTo((string[])[only]));
    }

    [Test]
    public async Task Times_are_the_pages_zones_and_each_page_says_which(CancellationToken cancellationToken)
    {
        await _world.ExecuteAsync("update whitelist_entries set enabled_until = '2030-07-01 10:00:00Z' where terminal_id = 'ONLINE1'");

        var terminal = await _operator.OpenAsync(Path("terminals/ONLINE1"), cancellationToken);

        Assert.That(terminal.Text, Does.Contain("1 Jul 2030 12:00:00").And.Not.Contain(" UTC."));
        Assert.That(terminal.Text, Does.Match("Times are those of Europe/Amsterdam \\(now UTC\\+[12]\\)\\."));
    }

    [Test]
    public async Task The_overview_does_not_say_that_all_is_well_while_terminals_cannot_come(CancellationToken cancellationToken)
    {
        var page = await _operator.OpenAsync(Path("overview"), cancellationToken);

        Assert.That(page.Text, Does.Contain("No terminal fails again and again, but look at this").And.Contain("Terminals that are offline: 1"));
        Assert.That(page.Text, Does.Contain("Terminals whose firmware is too old for Cloud Connect 2.0: 1").And.Not.Contain("Nothing needs attention"));
        Assert.That(page.Html, Does.Contain("terminals?status=offline"));
    }

    [TestCase("online", ExpectedResult = "ONLINE1")]
    [TestCase("50%", ExpectedResult = "OLD1")]
    [TestCase("5_%", ExpectedResult = "")]
    public async Task<string> What_is_searched_is_how_an_id_or_a_label_begins(string text, CancellationToken cancellationToken)
    {
        var page = await _operator.OpenAsync(Path($"terminals?search={Uri.EscapeDataString(text)}"), cancellationToken);

        return string.Join(' ', Ids(page));
    }

    [Test]
    public async Task A_list_goes_on_where_the_page_before_ended(CancellationToken cancellationToken)
    {
        var merchant = await _relay.AddMerchantAsync("Chain", cancellationToken);
        await _world.ExecuteAsync(
            "insert into terminals (terminal_id, merchant_id, management_system_id, thing_name) select 'C' || lpad(n::text, 4, '0'), @merchant, 'GrundmasterNL', 'C' || n from generate_series(1, 60) n",
            new { merchant = merchant.Value });
        using var browser = await _relay.SignInAsync(merchant, Roles.Viewer, cancellationToken);

        var first = await browser.OpenAsync($"/m/{merchant}/terminals?search=c", cancellationToken);
        var second = await browser.OpenAsync($"/m/{merchant}/terminals?search=c&after=C0050", cancellationToken);

        Assert.That(Ids(first), Has.Count.EqualTo(50));
        Assert.That(first.Html, Does.Contain("after=C0050"));
        Assert.That(Ids(second), Is.EqualTo(Enumerable.Range(51, 10).Select(n => $"C{n:D4}")));
    }

    [Test]
    public async Task A_terminals_page_says_how_it_stands_and_what_to_do_in_the_readers_language(CancellationToken cancellationToken)
    {
        using var browser = await _relay.SignInAsync(_world.Bakery, Roles.Operator, cancellationToken);
        browser.Language = "nl";

        var page = await browser.OpenAsync(Path("terminals/OFFLINE1"), cancellationToken);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(page.Text, Does.Contain("Diagnose").And.Contain("poort 443").And.Contain("CLIENT_ERROR"));
    }

    [Test]
    public async Task What_is_wrong_stands_beside_what_to_do_and_commands_are_marked_as_such(CancellationToken cancellationToken)
    {
        var page = await _operator.OpenAsync(Path("terminals/OFFLINE1"), cancellationToken);

        var notice = System.Text.RegularExpressions.Regex.Match(page.Html, "<div class=\"notice bad\">.*?</div>", System.Text.RegularExpressions.RegexOptions.Singleline).Value;
        Assert.That(notice, Does.Contain("Not connected since").And.Contain("What to do:").And.Contain("lets port 443 out"));
        Assert.That(page.Html, Does.Contain("<code>cloudkick doctor network</code>").And.Not.Contain("`"));
    }

    [Test]
    public async Task A_disabled_merchants_terminal_is_not_kicked_by_the_platforms_people_either(CancellationToken cancellationToken)
    {
        var florist = await _relay.AddMerchantAsync("Florist", cancellationToken);
        var terminal = await _world.AddTerminalAsync(florist);
        await _world.ExecuteAsync("update merchants set disabled_at = now() where merchant_id = @florist", new { florist = florist.Value });
        using var platform = await _relay.SignInAsync(null, Roles.PlatformOperator, cancellationToken);

        var page = await platform.SubmitAsync($"/m/{florist}/terminals/{terminal}", cancellationToken, to: $"/m/{florist}/terminals/{terminal}?handler=Kick");

        Assert.That(page.Text, Does.Contain("Enable it first, under Merchants.").And.Contain("The merchant is disabled since"));
        Assert.That(await _world.ScalarAsync<long>("select count(*) from kicks where terminal_id = @terminal", new { terminal }), Is.Zero);
    }

    [Test]
    public async Task The_button_kicks_and_leads_to_the_kick(CancellationToken cancellationToken)
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);

        var page = await _operator.SubmitAsync(Path($"terminals/{terminal}"), cancellationToken, to: Path($"terminals/{terminal}?handler=Kick"), fields: [("Reference", "by hand")]);

        Assert.That(page.Path, Does.StartWith(Path("kicks/kck_")));
        Assert.That(page.Text, Does.Contain(terminal).And.Contain("by hand").And.Contain("@example.test"));
    }

    [Test]
    public async Task A_kick_that_is_refused_says_what_to_do(CancellationToken cancellationToken)
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery, whitelisted: false);

        var page = await _operator.SubmitAsync(Path($"terminals/{terminal}"), cancellationToken, to: Path($"terminals/{terminal}?handler=Kick"));

        Assert.That(page.Text, Does.Contain("Put it on the whitelist, then kick again."));
    }

    [Test]
    public async Task The_parameter_sheet_opens_from_the_page(CancellationToken cancellationToken)
    {
        var page = await _operator.OpenAsync(Path("terminals/ONLINE1/parameters"), cancellationToken);

        Assert.That(page.Text, Does.Contain("MqtSubscriptionTopic0"));
        Assert.That(page.Headers["Content-Security-Policy"], Does.Contain("style-src 'sha256-"));
    }

    [TestCase(KickWorld.OfButcher)]
    [TestCase("NOBODYS")]
    [TestCase("not%20an%20id")]
    public async Task Foreign_and_unknown_terminals_are_not_there(string terminal, CancellationToken cancellationToken)
    {
        var page = await _operator.OpenAsync(Path($"terminals/{terminal}"), cancellationToken);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task The_network_page_tells_the_relays_own_settings(CancellationToken cancellationToken)
    {
        var page = await _operator.OpenAsync(Path("network"), cancellationToken);

        Assert.That(page.Text, Does.Contain("ALPN x-amzn-mqtt-ca").And.Contain("127.0.0.1 9 outgoing, TCP").And.Contain("localhost"));
    }

    private string Path(string path) => $"/m/{_world.Bakery}/{path}";

    private static IReadOnlyList<string> Ids(PageAnswer page) =>
        [.. System.Text.RegularExpressions.Regex.Matches(page.Html, "href=\"/m/[0-9a-f-]{36}/terminals/([^\"]+)\"").Select(match => match.Groups[1].Value)];

    private Task TellPresenceAsync(string terminal, bool connected, long version) => _world.ExecuteAsync(
        "select record_presence(array[@terminal], array[@connected], array[@version]::bigint[], array['s'], array[clock_timestamp()], array['CLIENT_ERROR'], array['192.0.2.1'])",
        new { terminal, connected, version });
}
