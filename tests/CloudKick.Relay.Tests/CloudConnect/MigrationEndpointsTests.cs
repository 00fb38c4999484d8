using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Testing;
using Dapper;

namespace CloudKick.Relay.Tests.CloudConnect;

/// <summary>The plan over HTTP, with evidence as the relay itself leaves it.</summary>
[CancelAfter(120_000)]
internal sealed class MigrationEndpointsTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private HttpClient _admin = null!;

    [OneTimeSetUp]
    public async Task StartRelay()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _admin = await _relay.CreateAdminClientAsync();
    }

    [OneTimeTearDown]
    public async Task StopRelay()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task A_till_that_asks_the_old_way_is_seen_although_it_is_served(CancellationToken cancellationToken)
    {
        var (merchant, client) = await MerchantAsync("Old till");
        await AddAsync(merchant, "TILL1", "both", connected: true);
        Assert.That(await StepOfAsync(client, "TILL1", cancellationToken), Is.EqualTo("till no-request"));

        var asked = await KickAsync(client, "TILL1", "08900000002", cancellationToken);
        await Eventually.BecomesAsync(() => StepOfAsync(client, "TILL1", cancellationToken), "till old", cancellationToken);
        await CancelAsync(client, asked, cancellationToken);
        await KickAsync(client, "TILL1", "GrundmasterNL", cancellationToken);

        Assert.That(await StepOfAsync(client, "TILL1", cancellationToken), Is.EqualTo("test no-session"));
    }

    [Test]
    public async Task The_old_way_is_seen_where_it_is_refused_too(CancellationToken cancellationToken)
    {
        var (merchant, client) = await MerchantAsync("Refused till");
        await AddAsync(merchant, "TILL2", "2.0", connected: true);
        Assert.That((string?)(await PlanAsync(client, cancellationToken))["step"], Is.EqualTo("done"));

        using var refused = await client.PostAsJsonAsync("/v1/kicks", Request("TILL2", "08900000002"), cancellationToken);

        Assert.That((int)refused.StatusCode, Is.EqualTo(422));
        await Eventually.BecomesAsync(() => StepOfAsync(client, "TILL2", cancellationToken), "till refused", cancellationToken);
    }

    [Test]
    public async Task A_terminal_is_not_done_by_being_set_to_2(CancellationToken cancellationToken)
    {
        var (merchant, client) = await MerchantAsync("Importer");
        foreach (var (terminal, connected) in new[] { ("IMP-FINE", true), ("IMP-FW", true), ("IMP-NEVER", false), ("IMP-OUT", true), ("IMP-OVER", true), ("IMP-SEEN", false) })
            await AddAsync(merchant, terminal, "2.0", connected);
        await using var owner = await _database.Owner.OpenConnectionAsync(cancellationToken);
        await owner.ExecuteAsync(
            """
            update terminals set firmware_version = '13.0.0.1' where terminal_id = 'IMP-FW';
            delete from whitelist_entries where terminal_id = 'IMP-OUT';
            update whitelist_entries set enabled_until = now() - interval '1 day' where terminal_id = 'IMP-OVER';
            update terminal_states set last_session_at = now() where terminal_id = 'IMP-SEEN';
            """);

        var plan = await PlanAsync(client, cancellationToken);

        Assert.That(Terminals(plan), Is.EqualTo((string[])["IMP-FW firmware now", "IMP-NEVER installation now", "IMP-OUT whitelist now", "IMP-OVER whitelist now"]));
        Assert.That(((string?)plan["step"], (int)plan["terminalCount"]!, (int)plan["onCloudConnect1Count"]!), Is.EqualTo(("whitelist", 6, 0)));
        Assert.That((string?)plan["summary"], Does.StartWith("4 of 6 terminals are not done."));
    }

    [Test]
    public async Task A_merchants_plan_has_its_own_terminals_only(CancellationToken cancellationToken)
    {
        var (baker, bakers) = await MerchantAsync("Baker");
        var (butcher, butchers) = await MerchantAsync("Butcher");
        await AddAsync(baker, "BAKE1", "1.0", connected: false);
        await AddAsync(baker, "BAKE2", "2.0", connected: true);
        await AddAsync(butcher, "MEAT1", "1.0", connected: true);

        var own = await PlanAsync(bakers, cancellationToken);
        var others = await PlanAsync(butchers, cancellationToken);
        var byOperator = (await _admin.GetFromJsonAsync<JsonObject>($"/v1/admin/merchants/{baker.Value}/migration-plan", cancellationToken))!;

        Assert.That(((int)own["terminalCount"]!, (int)own["onCloudConnect1Count"]!), Is.EqualTo((2, 1)));
        Assert.That(Terminals(own), Is.EqualTo(new[] { "BAKE1 installation now" }));
        Assert.That(Terminals(others), Is.EqualTo(new[] { "MEAT1 open now" }));
        Assert.That(Terminals(byOperator), Is.EqualTo(Terminals(own)));
        Assert.That(own.ToJsonString(), Does.Not.Contain("MEAT1"));
    }

    [Test]
    public async Task What_is_counted_and_what_is_not_yet_tell_the_same_of_a_till(CancellationToken cancellationToken)
    {
        var (merchant, client) = await MerchantAsync("Counted till");
        await AddAsync(merchant, "COUNT1", "both", connected: true);
        await KickAsync(client, "COUNT1", "GrundmasterNL", cancellationToken);
        await using var owner = await _database.Owner.OpenConnectionAsync(cancellationToken);
        await owner.ExecuteAsync("select open_tas_session(gen_random_uuid(), 'COUNT1', null, 'elsewhere', 'nowhere')");
        var before = (await PlanAsync(client, cancellationToken))["terminals"]!.ToJsonString();

        await Eventually.BecomesAsync(
            () => owner.ExecuteScalarAsync<bool>("select last_session_at is not null from terminal_states where terminal_id = 'COUNT1'"), true, cancellationToken);

        Assert.That(before, Does.Contain("\"close\""));
        Assert.That((await PlanAsync(client, cancellationToken))["terminals"]!.ToJsonString(), Is.EqualTo(before));
    }

    [Test]
    public async Task The_last_of_very_many_terminals_is_found_and_all_are_counted(CancellationToken cancellationToken)
    {
        var (merchant, client) = await MerchantAsync("Chain");
        await AddManyAsync(merchant, "MANY", 12_000, "case when n <= 250 then 'both' when n = 12000 then '1.0' else '2.0' end");

        var found = new List<string>();
        var pages = new List<JsonObject>();
        for (string? cursor = ""; cursor is not null; cursor = (string?)pages[^1]["nextCursor"])
        {
            pages.Add(await PlanAsync(client, cancellationToken, $"&limit=200{(cursor.Length == 0 ? "" : $"&cursor={cursor}")}"));
            found.AddRange(pages[^1]["terminals"]!.AsArray().Select(terminal => (string)terminal!["terminalId"]!));
        }

        Assert.That(pages.Select(page => page["terminals"]!.AsArray().Count), Is.EqualTo((int[])[200, 51]));
        Assert.That(pages.Select(page => ((int)page["terminalCount"]!, (int)page["onCloudConnect1Count"]!)), Is.All.EqualTo((12_000, 251)));
        Assert.That(found, Is.EqualTo((string[])[.. Enumerable.Range(1, 250).Append(12_000).Select(n => $"MANY{n:D6}")]));
        Assert.That(pages.Select(page => page["steps"]![0]!.ToJsonString()).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Terminals_at_one_step_are_asked_for_page_by_page(CancellationToken cancellationToken)
    {
        var (merchant, client) = await MerchantAsync("Steps");
        await AddManyAsync(merchant, "STEP", 6, "case when n % 2 = 0 then '1.0' else 'both' end");
        await AddAsync(merchant, "STEPX", "1.0", connected: true);

        var first = await PlanAsync(client, cancellationToken, "&step=installation&limit=4");
        var second = await PlanAsync(client, cancellationToken, $"&step=installation&limit=4&cursor={first["nextCursor"]}");
        var open = await PlanAsync(client, cancellationToken, "&step=open");

        Assert.That(Terminals(first).Concat(Terminals(second)), Is.EqualTo(Enumerable.Range(1, 6).Select(n => $"STEP{n:D6} installation now")));
        Assert.That((Terminals(first).Count(), second.ContainsKey("nextCursor")), Is.EqualTo((4, false)));
        Assert.That(Terminals(open), Is.EqualTo((string[])["STEPX open now"]));
        Assert.That(open["steps"]!.AsArray().Select(step => (int)step!["atCount"]!), Is.EqualTo((int[])[0, 0, 6, 1, 0, 0, 0]));
    }

    [TestCase("limit=0", "limit")]
    [TestCase("limit=201&step=done", "limit, step")]
    [TestCase("cursor=!&step=2", "cursor, step")]
    public async Task A_faulty_page_or_step_is_refused(string query, string fields, CancellationToken cancellationToken)
    {
        var (merchant, client) = await MerchantAsync("Asker");

        var own = await client.AskAsync($"/v1/migration-plan?{query}", cancellationToken);
        var byOperator = await _admin.AskAsync($"/v1/admin/merchants/{merchant.Value}/migration-plan?{query}", cancellationToken);

        Assert.That(new[] { own.Verdict, byOperator.Verdict }, Is.All.EqualTo((400, "invalid-request")));
        Assert.That(own.Fields.Order(StringComparer.Ordinal), Is.EqualTo(fields.Split(", ")));
    }

    [Test]
    public async Task A_terminal_that_was_transferred_leaves_its_till_behind(CancellationToken cancellationToken)
    {
        var (before, befores) = await MerchantAsync("Before");
        var (after, afters) = await MerchantAsync("After");
        await AddAsync(before, "MOVE1", "both", connected: true);
        await KickAsync(befores, "MOVE1", "08900000002", cancellationToken);
        await Eventually.BecomesAsync(() => StepOfAsync(befores, "MOVE1", cancellationToken), "till old", cancellationToken);

        await using (var owner = await _database.Owner.OpenConnectionAsync(cancellationToken))
        {
            await owner.ExecuteAsync(
                "update terminals set merchant_id = @after where terminal_id = 'MOVE1'; insert into whitelist_entries (merchant_id, terminal_id) values (@after, 'MOVE1')",
                new { after = after.Value });
        }

        Assert.That(await StepOfAsync(afters, "MOVE1", cancellationToken), Is.EqualTo("till no-request"));
        Assert.That(Terminals(await PlanAsync(befores, cancellationToken)), Is.Empty);
    }

    [Test]
    public async Task A_guessed_terminal_leaves_no_row(CancellationToken cancellationToken)
    {
        var (merchant, client) = await MerchantAsync("Guesser");
        var (other, _) = await MerchantAsync("Guessed");
        await AddAsync(merchant, "MINE9", "2.0", connected: true);
        await AddAsync(other, "HIS9", "2.0", connected: true);
        foreach (var terminal in new[] { "HIS9", "NONE9", "MINE9" })
        {
            using var refused = await client.PostAsJsonAsync("/v1/kicks", Request(terminal, "08900000002"), cancellationToken);
        }

        await Eventually.BecomesAsync(() => StepOfAsync(client, "MINE9", cancellationToken), "till refused", cancellationToken);
        await using var owner = await _database.Owner.OpenConnectionAsync(cancellationToken);
        Assert.That(await owner.QueryAsync<string>("select terminal_id from cloud_connect_1_requests where terminal_id like '%9'"), Is.EqualTo(new[] { "MINE9" }));
    }

    [Test]
    public async Task The_language_is_chosen_and_an_unknown_one_or_merchant_is_said_so(CancellationToken cancellationToken)
    {
        var (_, client) = await MerchantAsync("Speaker");

        using var french = await client.GetAsync("/v1/migration-plan?lang=fr", cancellationToken);
        var klingon = await client.AskAsync("/v1/migration-plan?lang=tlh", cancellationToken);
        var nobody = await _admin.AskAsync($"/v1/admin/merchants/{Guid.NewGuid()}/migration-plan", cancellationToken);

        Assert.That(french.Content.Headers.ContentLanguage, Is.EqualTo(new[] { "fr" }));
        Assert.That((klingon.Status, klingon.Code), Is.EqualTo((HttpStatusCode.BadRequest, "invalid-request")));
        Assert.That((nobody.Status, nobody.Code), Is.EqualTo((HttpStatusCode.NotFound, "merchant-not-found")));
    }

    private static object Request(string terminalId, string managementSystemId) => new { terminalId, managementSystemId, accessProtocol = "OPI_NL" };

    private static async Task<string> KickAsync(HttpClient client, string terminal, string managementSystem, CancellationToken cancellationToken)
    {
        using var answer = await client.PostAsJsonAsync("/v1/kicks", Request(terminal, managementSystem), cancellationToken);
        var body = await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
        Assert.That(answer.IsSuccessStatusCode, Is.True, body!.ToJsonString());
        return (string)body["id"]!;
    }

    private static async Task CancelAsync(HttpClient client, string kick, CancellationToken cancellationToken)
    {
        using var answer = await client.PostAsync(new Uri($"/v1/kicks/{kick}/cancel", UriKind.Relative), null, cancellationToken);
        Assert.That(answer.IsSuccessStatusCode, Is.True);
    }

    private static async Task<JsonObject> PlanAsync(HttpClient client, CancellationToken cancellationToken, string query = "") =>
        (await client.GetFromJsonAsync<JsonObject>($"/v1/migration-plan?lang=en{query}", cancellationToken))!;

    private static async Task<string> StepOfAsync(HttpClient client, string terminal, CancellationToken cancellationToken) =>
        (await PlanAsync(client, cancellationToken))["terminals"]!.AsArray().Where(node => (string?)node!["terminalId"] == terminal)
            .Select(node => $"{node!["step"]} {node["outcome"]}").SingleOrDefault("none");

    private static IEnumerable<string> Terminals(JsonObject plan) =>
        plan["terminals"]!.AsArray().Select(node => $"{node!["terminalId"]} {node["step"]} {node["status"]}");

    private async Task<(MerchantId Merchant, HttpClient Client)> MerchantAsync(string name)
    {
        var merchant = await _relay.AddMerchantAsync(name);
        return (merchant, await _relay.CreateClientAsync(merchant, Scopes.TerminalsRead, Scopes.KicksWrite));
    }

    // They have the firmware and are on the whitelist; those that are on 2.0 have connected. `mode` may say `n`.
    private async Task AddManyAsync(MerchantId merchant, string prefix, int terminals, string mode)
    {
        await using var owner = await _database.Owner.OpenConnectionAsync();
        await owner.ExecuteAsync(
            $"""
            insert into terminals (terminal_id, merchant_id, management_system_id, thing_name, firmware_version, connect_mode)
            select @prefix || lpad(n::text, 6, '0'), @merchant, 'GrundmasterNL', @prefix || lpad(n::text, 6, '0'), '14.0.11.01', {mode}
            from generate_series(1, @terminals) n;
            insert into whitelist_entries (merchant_id, terminal_id) select merchant_id, terminal_id from terminals where merchant_id = @merchant;
            insert into terminal_presence (terminal_id, connected, version_number, session_identifier, event_at)
            select terminal_id, true, 1, 's', now() from terminals where merchant_id = @merchant and connect_mode = '2.0';
            """,
            new { prefix, merchant = merchant.Value, terminals });
    }

    private async Task AddAsync(MerchantId merchant, string terminal, string connectMode, bool connected)
    {
        await using var owner = await _database.Owner.OpenConnectionAsync();
        await owner.ExecuteAsync(
            """
            insert into terminals (terminal_id, merchant_id, management_system_id, thing_name, firmware_version, connect_mode)
            values (@terminal, @merchant, 'GrundmasterNL', @terminal, '14.0.11.01', @connectMode);
            insert into whitelist_entries (merchant_id, terminal_id) values (@merchant, @terminal);
            """,
            new { terminal, merchant = merchant.Value, connectMode });
        if (!connected)
            return;
        await using var service = await _database.Service.OpenConnectionAsync();
        await service.ExecuteAsync(
            "select record_presence(array[@terminal], array[true], array[1::bigint], array['s'], array[now()], array[null]::text[], array['192.0.2.1'])", new { terminal });
    }
}
