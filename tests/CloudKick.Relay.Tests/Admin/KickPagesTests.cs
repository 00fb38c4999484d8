using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CloudKick.Relay.Admin.Pages;
using CloudKick.Relay.Database;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Security;
using CloudKick.Relay.Tests.Database;
using CloudKick.Relay.Tests.Kicks;
using CloudKick.Relay.Users;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Admin;

/// <summary>The search for kicks, the page of one, and the overview.</summary>
[CancelAfter(120_000)]
internal sealed class KickPagesTests
{
    private const string Node = "elsewhere";

    private KickWorld _world = null!;
    private RelayHost _relay = null!;
    private PageClient _operator = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _world = await KickWorld.CreateAsync();
        _relay = await RelayHost.StartAsync(_world.Database);
        _operator = await _relay.SignInAsync(_world.Bakery, Roles.Operator);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Test]
    public async Task Kicks_are_found_by_terminal_reference_outcome_and_time(CancellationToken cancellationToken)
    {
        var (terminal, failed) = await KickAsync("order-1");
        await _world.LetExpireAsync(failed);
        await _world.ExecuteAsync("select expire_open_kicks()");
        var (_, open) = await KickAsync("order-2");

        Assert.That(await FindAsync($"terminal={terminal}", cancellationToken), Is.EqualTo((string[])[failed.ToString()]));
        Assert.That(await FindAsync("reference=order-2", cancellationToken), Is.EqualTo((string[])[open.ToString()]));
        Assert.That(await FindAsync($"terminal={terminal}&outcome=coupled", cancellationToken), Is.Empty);
        Assert.That(await FindAsync($"terminal={terminal}&outcome=not-coupled", cancellationToken), Has.Count.EqualTo(1));
        Assert.That(await FindAsync($"terminal={terminal}&until=2020-01-01T00:00", cancellationToken), Is.Empty);
        Assert.That(await FindAsync($"terminal={terminal}&from=2020-01-01T00:00", cancellationToken), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_cannot_be_searched_is_said_at_its_field(CancellationToken cancellationToken)
    {
        var page = await _operator.OpenAsync(Path("kicks?terminal=no%20id&from=yesterday"), cancellationToken);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(page.Text, Does.Contain("A TMS ID is 1 to 16").And.Contain("Give a date and a time."));
    }

    [Test]
    public async Task An_ended_kicks_page_says_what_happened_where_and_what_to_do(CancellationToken cancellationToken)
    {
        var (_, kick) = await KickAsync("order-3");
        await _world.ExecuteAsync("select record_acknowledged(array[@kick], 1, @Node)", new { kick = kick.Value, Node });
        await _world.LetExpireAsync(kick);
        await _world.ExecuteAsync("select expire_open_kicks()");

        var page = await _operator.OpenAsync(Path($"kicks/{kick}"), cancellationToken);

        Assert.That(page.Text, Does.Contain("order-3").And.Contain("API key testtesttest").And.Contain("The cloud has it elsewhere").And.Contain("port 443 out"));
        Assert.That(page.Html, Does.Not.Contain("http-equiv=\"refresh\"").And.Not.Contain("data-live="));
    }

    [Test]
    public async Task A_kick_of_a_terminal_that_went_to_another_merchant_leads_to_no_page_of_it(CancellationToken cancellationToken)
    {
        var (terminal, kick) = await KickAsync("order-8");
        await _world.LetExpireAsync(kick);
        await _world.ExecuteAsync("select expire_open_kicks()");
        var before = await _operator.OpenAsync(Path($"kicks/{kick}"), cancellationToken);
        await _world.ExecuteAsync("update terminals set merchant_id = @to where terminal_id = @terminal", new { to = _world.Butcher.Value, terminal });

        var after = await _operator.OpenAsync(Path($"kicks/{kick}"), cancellationToken);

        Assert.That(before.Html, Does.Contain(Path($"terminals/{terminal}")));
        Assert.That(after.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(after.Text, Does.Contain(terminal));
        Assert.That(after.Html, Does.Not.Contain(Path($"terminals/{terminal}")));
    }

    [Test]
    public async Task Every_event_on_a_kicks_page_names_its_node(CancellationToken cancellationToken)
    {
        var (terminal, kick) = await KickAsync("order-7");
        await _world.ExecuteAsync("select record_answers(array[@kick], array[@terminal], array['accepted'], @Node)", new { kick = kick.Value, terminal, Node });
        await _world.LetExpireAsync(kick);
        await _world.Node(Node).ExpireAsync(cancellationToken);

        var page = await _operator.OpenAsync(Path($"kicks/{kick}"), cancellationToken);

        Assert.That(page.Text, Does.Contain("The terminal has it elsewhere").And.Contain("Expired "));
        Assert.That(page.Html, Does.Not.Match("data-label=\"Node\"[^>]*>–"));
    }

    [Test]
    public async Task What_the_relay_says_of_an_event_is_in_the_readers_language(CancellationToken cancellationToken)
    {
        var (_, kick) = await KickAsync("order-7");
        await _world.ExecuteAsync("select record_acknowledged(array[@kick], 1, @Node)", new { kick = kick.Value, Node });
        await _world.LetExpireAsync(kick);
        await _world.ExecuteAsync("select expire_open_kicks()");
        using var reader = await _relay.SignInAsync(_world.Bakery, Roles.Operator, cancellationToken);
        reader.Language = "nl";

        var page = await reader.OpenAsync(Path($"kicks/{kick}"), cancellationToken);

        Assert.That(page.Text, Does.Contain("De cloud had hem aangenomen.").And.Not.Contain("acked"));
    }

    [Test]
    public void What_the_database_writes_of_an_event_is_what_the_page_has_words_for()
    {
        var sql = string.Concat(MigrationScripts.Embedded().Select(script => script.Sql));

        Assert.That(new[] { KickWords.LiveSession, KickWords.LeftWhitelist, KickWords.TakenOver }.Where(said => !sql.Contains($"'{said}'", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task A_kicks_page_shows_the_request_as_it_came(CancellationToken cancellationToken)
    {
        await _world.ExecuteAsync("update terminals set connect_mode = 'both' where terminal_id = @OfBakery", new { KickWorld.OfBakery });
        using var client = await _relay.CreateClientAsync(_world.Bakery, Scopes.KicksWrite);
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/kicks");
        request.Headers.Add("Idempotency-Key", "basket-77");
        request.Content = JsonContent.Create(new
        {
            terminalId = KickWorld.OfBakery, managementSystemId = "08900000002", accessProtocol = "OPI_NL", onOffline = "try", ttlSeconds = 45,
            ip = "192.0.2.7", port = 4102,
        });
        using var response = await client.SendAsync(request, cancellationToken);
        var kick = (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!["id"]!;
        var (_, plain) = await KickAsync("order-6");

        var asked = await _operator.OpenAsync(Path($"kicks/{kick}"), cancellationToken);
        var usual = await _operator.OpenAsync(Path($"kicks/{plain}"), cancellationToken);

        Assert.That(asked.Text, Does.Contain("08900000002").And.Contain("45").And.Contain("192.0.2.7").And.Contain("4102").And.Contain("basket-77").And.Contain("try"));
        Assert.That(usual.Text, Does.Contain("GrundmasterNL").And.Contain("30 (not sent)").And.Contain("refuse (not sent)"));
    }

    [Test]
    public async Task An_open_kicks_page_follows_it_to_its_end(CancellationToken cancellationToken)
    {
        var (terminal, kick) = await KickAsync("order-4");
        await using var live = await LivePage.OpenAsync(_relay, _operator, Path($"kicks/{kick}?handler=Live"), cancellationToken);

        var accepted = (await live.NextAsync())!.Value.Html;
        await _world.ExecuteAsync(
            "select open_tas_session(gen_random_uuid(), @terminal, @kick, @Node, 'nowhere')", new { terminal, kick = kick.Value, Node });
        var (connected, said) = (accepted, "");
        while (await live.NextAsync() is { } part)
            (connected, said) = part;

        Assert.That(accepted, Does.Contain(">accepted<"));
        Assert.That(connected, Does.Contain(">coupled<").And.Not.Contain("aria-live"));
        Assert.That(said, Is.EqualTo($"Terminal {terminal}: coupled"));
    }

    [Test]
    public async Task A_step_that_is_recorded_while_an_open_kicks_page_is_read_is_shown(CancellationToken cancellationToken)
    {
        var (terminal, kick) = await KickAsync("order-10");
        await _world.ExecuteAsync("select record_answers(array[@kick], array[@terminal], array['accepted'], @Node)", new { kick = kick.Value, terminal, Node });
        await using var live = await LivePage.OpenAsync(_relay, _operator, Path($"kicks/{kick}?handler=Live"), cancellationToken);
        await live.NextAsync();

        // The page has read the kick and waits for its events, as does whoever looks for news: it gets the newest event with the kick as it was.
        await using var events = await TableLock.TakeAsync(_world.Database, "kick_events", cancellationToken);
        await events.IsWaitedForAsync(by: 2, cancellationToken);
        await events.ExecuteAsync($"select record_acknowledged(array['{kick.Value}']::uuid[], 1, '{Node}')", cancellationToken);
        await events.CommitAsync(cancellationToken);
        var torn = (await live.NextAsync())!.Value.Html;
        var whole = (await live.NextAsync())!.Value.Html;

        Assert.That(DoneSteps(torn), Is.EqualTo(2));
        Assert.That(DoneSteps(whole), Is.EqualTo(3));
        Assert.That(Count(whole, "<tr>"), Is.EqualTo(Count(torn, "<tr>")), "nothing else happened meanwhile");

        static int DoneSteps(string html) => Count(html, "<li class=\"done\">");
        static int Count(string html, string what) => html.Split(what).Length - 1;
    }

    [Test]
    public async Task An_open_kick_can_be_cancelled(CancellationToken cancellationToken)
    {
        var (_, kick) = await KickAsync("order-5");

        var page = await _operator.SubmitAsync(Path($"kicks/{kick}"), cancellationToken, to: Path($"kicks/{kick}?handler=Cancel"));

        Assert.That(page.Text, Does.Contain("The kick is cancelled."));
        Assert.That(await _world.StateAsync(kick), Is.EqualTo("cancelled"));
    }

    [Test]
    public async Task A_coupled_kicks_page_waits_for_what_is_still_to_be_told_of_it(CancellationToken cancellationToken)
    {
        var (terminal, kick) = await KickAsync("order-9");
        await _world.ExecuteAsync("select open_tas_session(gen_random_uuid(), @terminal, @kick, @Node, 'nowhere')", new { terminal, kick = kick.Value, Node });
        var coupled = await _operator.OpenAsync(Path($"kicks/{kick}"), cancellationToken);
        await _world.ExecuteAsync("select record_answers(array[@kick], array[@terminal], array['accepted'], @Node)", new { kick = kick.Value, terminal, Node });
        await _world.ExecuteAsync("select record_acknowledged(array[@kick], 1, @Node)", new { kick = kick.Value, Node });

        var told = await _operator.OpenAsync(Path($"kicks/{kick}"), cancellationToken);

        Assert.That(coupled.Html, Does.Contain("http-equiv=\"refresh\"").And.Contain("data-live="));
        Assert.That(told.Html, Does.Not.Contain("http-equiv=\"refresh\"").And.Not.Contain("data-live="));
    }

    [Test]
    public async Task Another_merchants_kick_is_not_there(CancellationToken cancellationToken)
    {
        var decision = (await _world.Node(Node).AcceptAsync([_world.Order(KickWorld.OfButcher, _world.Butcher)], cancellationToken))[0];

        var page = await _operator.OpenAsync(Path($"kicks/{decision.Kick}"), cancellationToken);
        var live = await _operator.OpenAsync(Path($"kicks/{decision.Kick}?handler=Live"), cancellationToken);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(live.Html, Does.Not.Contain("event: part"));
    }

    [Test]
    public async Task The_overview_puts_terminals_that_fail_first(CancellationToken cancellationToken)
    {
        var merchant = await _relay.AddMerchantAsync("Florist", cancellationToken);
        var terminal = await _world.AddTerminalAsync(merchant);
        foreach (var _ in Enumerable.Range(0, 3))
        {
            var kick = (await _world.Node(Node).AcceptAsync([_world.Order(terminal, merchant)], cancellationToken))[0].Kick!.Value;
            await _world.LetExpireAsync(kick);
            await _world.ExecuteAsync("select expire_open_kicks()");
        }

        using var browser = await _relay.SignInAsync(merchant, Roles.Viewer, cancellationToken);
        var page = await Eventually.HoldsAsync(
            () => browser.OpenAsync($"/m/{merchant}/overview", cancellationToken), seen => seen.Text.Contains("Needs attention now", StringComparison.Ordinal), cancellationToken);

        Assert.That(page.Text, Does.Contain($"{terminal} : 3 failed in a row").And.Contain("Kicks in the last 60 minutes: 3. Most in one minute: 3."));
        Assert.That(page.Html, Does.Contain("<rect class=\"not-coupled\""));
        // The bars in words and numbers: all of them beneath, and a table of twelve lines for whoever does not see them.
        Assert.That(page.Text, Does.Contain("Not coupled (3)").And.Contain("Coupled (0)").And.Contain("Kicks by outcome, 5 minutes a line"));
        var lines = System.Text.RegularExpressions.Regex.Matches(page.Html, "<th scope=\"row\"><time[^>]*>[^<]*</time></th>\\s*<td>(\\d+)</td>\\s*<td>(\\d+)</td>").ToArray();
        Assert.That(lines, Has.Length.EqualTo(12));
        Assert.That(lines.Sum(line => int.Parse(line.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture)), Is.EqualTo(3));
    }

    private string Path(string path) => $"/m/{_world.Bakery}/{path}";

    private async Task<(string Terminal, KickId Kick)> KickAsync(string reference)
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        var order = _world.Order(terminal);
        var decision = (await _world.Node(Node).AcceptAsync(
            [new KickOrder
            {
                Merchant = order.Merchant, ApiKeyId = order.ApiKeyId, TerminalId = terminal, ManagementSystemId = order.ManagementSystemId,
                AccessProtocol = order.AccessProtocol, TtlSeconds = order.TtlSeconds, Fingerprint = order.Fingerprint, Reference = reference,
            }], CancellationToken.None))[0];
        return (terminal, decision.Kick!.Value);
    }

    private async Task<IReadOnlyList<string>> FindAsync(string query, CancellationToken cancellationToken)
    {
        var page = await _operator.OpenAsync(Path("kicks?" + query), cancellationToken);
        return [.. System.Text.RegularExpressions.Regex.Matches(page.Html, "/kicks/(kck_[0-9A-Z]{26})\"").Select(match => match.Groups[1].Value)];
    }
}
