using System.Net;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Testing;
using Dapper;

namespace CloudKick.Relay.Tests.Terminals;

/// <summary>The merchant's calls and the operators', which register what the merchant sees.</summary>
[CancelAfter(120_000)]
internal sealed class TerminalEndpointsTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _bakery;
    private MerchantId _butcher;
    private HttpClient _admin = null!;
    private HttpClient _baker = null!;

    [OneTimeSetUp]
    public async Task StartRelay()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _bakery = await _relay.AddMerchantAsync("Bakery");
        _butcher = await _relay.AddMerchantAsync("Butcher");
        _admin = await _relay.CreateAdminClientAsync();
        _baker = await _relay.CreateClientAsync(_bakery, Scopes.TerminalsRead);
    }

    [OneTimeTearDown]
    public async Task StopRelay()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase("""{"terminalId": "relay", "managementSystemId": "GrundmasterNL"}""", "terminalId")]
    [TestCase("""{"terminalId": "FINE1", "thingName": "relay-7", "managementSystemId": "GrundmasterNL"}""", "thingName")]
    public async Task A_name_of_the_relay_is_refused_with_the_reason(string json, string field, CancellationToken cancellationToken)
    {
        var refused = await _admin.AskAsync(HttpMethod.Post, "/v1/admin/terminals", json, cancellationToken);

        Assert.That(refused.Verdict, Is.EqualTo((400, "invalid-request")));
        Assert.That(refused.Fields, Is.EqualTo(new[] { field }));
        Assert.That((string?)refused.Json["detail"], Does.Contain("a name of the relay itself"));
    }

    [Test]
    public async Task A_registered_terminal_is_seen_by_its_merchant(CancellationToken cancellationToken)
    {
        var registered = await RegisterAsync("SEEN1", _bakery, cancellationToken, label: "Till 1", firmwareVersion: "14.0.11.01");

        var seen = await _baker.AskAsync("/v1/terminals/SEEN1", cancellationToken);

        Assert.That((registered.Status, registered.Headers.Location?.OriginalString), Is.EqualTo((HttpStatusCode.Created, "/v1/admin/terminals/SEEN1")));
        Assert.That(
            $"{seen.Status} {seen.Json["topic"]} {seen.Json["label"]} {seen.Json["connectMode"]} {seen.Json["presence"]!["state"]} {seen.Json["coupled"]} {seen.Json["whitelisted"]}",
            Is.EqualTo("OK NL-CAT/SEEN1 Till 1 2.0 unknown false false"));
        Assert.That(seen.Json.ContainsKey("merchantId") || seen.Json.ContainsKey("thingName"), Is.False, "what is the platform's is not the merchant's");
    }

    [Test]
    public async Task Foreign_unowned_and_unknown_terminals_get_the_same_answer(CancellationToken cancellationToken)
    {
        await RegisterAsync("HIDE1", _butcher, cancellationToken);
        await RegisterAsync("HIDE2", null, cancellationToken);

        var foreign = await _baker.AskAsync("/v1/terminals/HIDE1", cancellationToken);
        var unowned = await _baker.AskAsync("/v1/terminals/HIDE2", cancellationToken);
        var unknown = await _baker.AskAsync("/v1/terminals/HIDE3", cancellationToken);

        Assert.That((unknown.Status, unknown.Code), Is.EqualTo((HttpStatusCode.NotFound, "terminal-not-found")));
        Assert.That(foreign.Comparable("HIDE1"), Is.EqualTo(unknown.Comparable("HIDE3")));
        Assert.That(unowned.Comparable("HIDE2"), Is.EqualTo(unknown.Comparable("HIDE3")));
        Assert.That((await _baker.AskAsync("/v1/terminals?prefix=HIDE", cancellationToken)).Items(), Is.Empty);
    }

    [Test]
    public async Task The_list_is_walked_page_by_page(CancellationToken cancellationToken)
    {
        foreach (var n in new[] { 1, 2, 3 })
            await RegisterAsync($"WALK{n}", _bakery, cancellationToken);

        var first = await _baker.AskAsync("/v1/terminals?prefix=WALK&limit=2&presence=unknown", cancellationToken);
        var second = await _baker.AskAsync($"/v1/terminals?prefix=WALK&limit=2&cursor={first.Json["nextCursor"]}", cancellationToken);

        Assert.That(first.Items().Concat(second.Items()).Select(item => (string?)item["terminalId"]), Is.EqualTo(new[] { "WALK1", "WALK2", "WALK3" }));
        Assert.That(second.Json.ContainsKey("nextCursor"), Is.False);
        Assert.That((await _baker.AskAsync("/v1/terminals?prefix=WALK&presence=online", cancellationToken)).Items(), Is.Empty);
    }

    [Test]
    public async Task Terminals_are_found_by_how_they_stand_and_by_their_label(CancellationToken cancellationToken)
    {
        await RegisterAsync("FIND1", _bakery, cancellationToken, label: "Eclair counter", firmwareVersion: "13.2.0.1");
        await RegisterAsync("FIND2", _bakery, cancellationToken, label: "Terrace", firmwareVersion: "14.0.11.01");
        await RegisterAsync("FIND3", _butcher, cancellationToken, label: "Terrace", firmwareVersion: "13.2.0.1");
        await using var connection = await _database.Owner.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            insert into terminal_presence (terminal_id, connected, event_at, version_number, session_identifier) values ('FIND1', false, now(), 1, 's'), ('FIND2', true, now(), 1, 's');
            update terminal_states set failures_in_row = 3, failing_since = now() where terminal_id = 'FIND2';
            """);

        async Task<string> FindAsync(HttpClient client, string path) =>
            string.Join(' ', (await client.AskAsync(path, cancellationToken)).Items().Select(item => (string?)item["terminalId"]));

        foreach (var (query, expected) in new[]
        {
            ("status=offline", "FIND1"), ("status=online", "FIND2"), ("status=failing", "FIND2"), ("status=old-firmware", "FIND1"), ("status=cloud-connect-1", ""),
            ("search=terr", "FIND2"), ("search=eCLAIR", "FIND1"), ("search=find", "FIND1 FIND2"), ("search=errace", ""),
            ("status=offline&search=Terrace", ""), ("status=failing&presence=online", "FIND2"), ("status=failing&presence=offline", ""),
        })
            Assert.That(await FindAsync(_baker, $"/v1/terminals?prefix=FIND&{query}"), Is.EqualTo(expected), query);
        Assert.That(await FindAsync(_baker, "/v1/terminals?status=never-seen&prefix=FIND"), Is.Empty);
        Assert.That(await FindAsync(_admin, "/v1/admin/terminals?prefix=FIND&search=TERRACE&status=old-firmware"), Is.EqualTo("FIND3"));
    }

    [TestCase("/v1/terminals?status=asleep", "status")]
    [TestCase("/v1/terminals?search=a%09b", "search")]
    [TestCase("/v1/terminals?presence=asleep", "presence")]
    [TestCase("/v1/terminals?limit=1000", "limit")]
    [TestCase("/v1/terminals/a%2Fb", "terminalId")]
    [TestCase("/v1/terminals/12345678901234567", "terminalId")]
    public async Task What_cannot_be_asked_for_is_refused(string path, string field, CancellationToken cancellationToken)
    {
        var answer = await _baker.AskAsync(path, cancellationToken);

        Assert.That((answer.Status, answer.Fields.SingleOrDefault()), Is.EqualTo((HttpStatusCode.BadRequest, field)));
    }

    [Test]
    public async Task Registering_tells_all_faults_at_once(CancellationToken cancellationToken)
    {
        var answer = await _admin.PostAsync(
            "/v1/admin/terminals",
            new { terminalId = "a/b", label = new string('x', 201), firmwareVersion = "x", connectMode = "3.0", subscriptionTopic = "#", topicTemplate = "+", thingName = "a b" },
            cancellationToken);

        Assert.That(answer.Fields, Is.EquivalentTo(new[]
        {
            "terminalId", "managementSystemId", "label", "firmwareVersion", "connectMode", "subscriptionTopic", "topicTemplate", "thingName",
        }));
    }

    [Test]
    public async Task Registering_refuses_what_is_not_there(CancellationToken cancellationToken)
    {
        var system = await _admin.PostAsync("/v1/admin/terminals", new { terminalId = "NEW1", managementSystemId = "08900000002" }, cancellationToken);
        var merchant = await _admin.PostAsync(
            "/v1/admin/terminals", new { terminalId = "NEW1", managementSystemId = "GrundmasterNL", merchantId = Guid.NewGuid() }, cancellationToken);

        Assert.That(system.Fields, Is.EqualTo(new[] { "managementSystemId" }));
        Assert.That((string?)system.Json["detail"], Does.Contain("GrundmasterBE"));
        Assert.That(merchant.Fields, Is.EqualTo(new[] { "merchantId" }));
    }

    [Test]
    public async Task Registering_twice_is_a_conflict(CancellationToken cancellationToken)
    {
        await RegisterAsync("TWICE1", null, cancellationToken);

        var again = await RegisterAsync("TWICE1", _bakery, cancellationToken);

        Assert.That((again.Status, again.Code), Is.EqualTo((HttpStatusCode.Conflict, "terminal-exists")));
    }

    [Test]
    public async Task A_terminal_is_given_and_taken(CancellationToken cancellationToken)
    {
        await RegisterAsync("GIVE1", null, cancellationToken);

        var given = await _admin.PutAsync("/v1/admin/terminals/GIVE1/merchant", new { merchantId = _bakery.Value }, cancellationToken);
        var seen = await _baker.AskAsync("/v1/terminals/GIVE1", cancellationToken);
        var taken = await _admin.DeleteAnswerAsync("/v1/admin/terminals/GIVE1/merchant", cancellationToken);
        var takenAgain = await _admin.DeleteAnswerAsync("/v1/admin/terminals/GIVE1/merchant", cancellationToken);
        var gone = await _baker.AskAsync("/v1/terminals/GIVE1", cancellationToken);

        Assert.That((given.Status, (Guid?)given.Json["merchantId"]), Is.EqualTo((HttpStatusCode.OK, _bakery.Value)));
        Assert.That(
            (seen.Status, taken.Status, takenAgain.Status, gone.Status),
            Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.NoContent, HttpStatusCode.NoContent, HttpStatusCode.NotFound)));
    }

    [Test]
    public async Task A_patch_changes_what_it_names(CancellationToken cancellationToken)
    {
        await RegisterAsync("PATCH1", _bakery, cancellationToken, label: "Till 1", firmwareVersion: "14.0.11.01");

        var topic = await _admin.PatchAsync("/v1/admin/terminals/PATCH1", """{"subscriptionTopic":"TEST-CAT","connectMode":"both"}""", cancellationToken);
        var cleared = await _admin.PatchAsync("/v1/admin/terminals/PATCH1", """{"subscriptionTopic":null,"firmwareVersion":null}""", cancellationToken);
        var nothing = await _admin.PatchAsync("/v1/admin/terminals/PATCH1", "{}", cancellationToken);

        Assert.That($"{topic.Json["topic"]} {topic.Json["connectMode"]} {topic.Json["label"]} {topic.Json["firmwareVersion"]}",
            Is.EqualTo("TEST-CAT/PATCH1 both Till 1 14.0.11.01"));
        Assert.That($"{cleared.Json["topic"]} {cleared.Json["connectMode"]} {cleared.Json["label"]} {cleared.Json["firmwareVersion"]}",
            Is.EqualTo("NL-CAT/PATCH1 both Till 1 "));
        Assert.That((nothing.Status, (string?)nothing.Json["updatedAt"]), Is.EqualTo((HttpStatusCode.OK, (string?)cleared.Json["updatedAt"])));
    }

    [TestCase("""{"subscriptionTopic":"a/b"}""", "subscriptionTopic")]
    [TestCase("""{"topicTemplate":"$aws/{terminalId}"}""", "topicTemplate")]
    [TestCase("""{"topicTemplate":"1/2/3/4/5/6/7/{terminalId}"}""", "topicTemplate")]
    [TestCase("""{"connectMode":"3.0"}""", "connectMode")]
    [TestCase("""{"merchantId":"x"}""", "merchantId")]
    public async Task A_patch_that_breaks_a_rule_changes_nothing(string body, string field, CancellationToken cancellationToken)
    {
        await RegisterAsync("PATCH2", _bakery, cancellationToken);

        var answer = await _admin.PatchAsync("/v1/admin/terminals/PATCH2", body, cancellationToken);

        Assert.That((answer.Code, answer.Fields.SingleOrDefault()), Is.EqualTo(("invalid-request", field)));
    }

    [Test]
    public async Task Operators_list_by_merchant_or_by_none(CancellationToken cancellationToken)
    {
        await RegisterAsync("OP1", _bakery, cancellationToken);
        await RegisterAsync("OP2", _butcher, cancellationToken);
        await RegisterAsync("OP3", null, cancellationToken);

        async Task<string[]> ListAsync(string query) =>
            [.. (await _admin.AskAsync($"/v1/admin/terminals?prefix=OP{query}", cancellationToken)).Items().Select(item => (string)item["terminalId"]!)];

        Assert.That(await ListAsync(""), Is.EqualTo(new[] { "OP1", "OP2", "OP3" }));
        Assert.That(await ListAsync($"&merchantId={_butcher}"), Is.EqualTo(new[] { "OP2" }));
        Assert.That(await ListAsync("&unassigned=true"), Is.EqualTo(new[] { "OP3" }));
    }

    [Test]
    public async Task Unknown_terminals_are_not_found(CancellationToken cancellationToken)
    {
        foreach (var answer in new[]
        {
            await _admin.AskAsync("/v1/admin/terminals/NONE1", cancellationToken),
            await _admin.PatchAsync("/v1/admin/terminals/NONE1", new { label = "x" }, cancellationToken),
            await _admin.PutAsync("/v1/admin/terminals/NONE1/merchant", new { merchantId = _bakery.Value }, cancellationToken),
            await _admin.DeleteAnswerAsync("/v1/admin/terminals/NONE1/merchant", cancellationToken),
        })
        {
            Assert.That((answer.Status, answer.Code), Is.EqualTo((HttpStatusCode.NotFound, "terminal-not-found")));
        }
    }

    [Test]
    public async Task Keys_of_the_wrong_kind_are_refused(CancellationToken cancellationToken)
    {
        var other = await _relay.CreateClientAsync(_bakery, Scopes.WhitelistRead);

        Assert.That((await _baker.AskAsync("/v1/admin/terminals", cancellationToken)).Code, Is.EqualTo("insufficient-scope"));
        Assert.That((await _admin.AskAsync("/v1/terminals", cancellationToken)).Code, Is.EqualTo("insufficient-scope"));
        Assert.That((await other.AskAsync("/v1/terminals", cancellationToken)).Code, Is.EqualTo("insufficient-scope"));
        Assert.That((await _relay.CreateClient().AskAsync("/v1/terminals", cancellationToken)).Code, Is.EqualTo("unauthorized"));
    }

    [Test]
    public async Task Changes_are_audited_with_the_key_and_where_it_came_from(CancellationToken cancellationToken)
    {
        var created = await _relay.CreateKeyAsync(null, Scopes.PlatformAdmin);
        var admin = _relay.CreateClient(created.Token);
        await admin.PostAsync(
            "/v1/admin/terminals", new { terminalId = "AUDIT1", managementSystemId = "GrundmasterNL", merchantId = _bakery.Value }, cancellationToken);

        var line = await new TenantDatabase(_database.Service).QuerySingleOrDefaultAsync<string>(
            _bakery, "select actor || ' ' || action || ' ' || origin from audit_log where subject = 'AUDIT1'", null, cancellationToken);

        Assert.That(line, Is.EqualTo($"key:{created.Key.KeyId} terminal.add 127.0.0.1"));
    }

    private Task<ApiAnswer> RegisterAsync(
        string terminalId, MerchantId? merchant, CancellationToken cancellationToken, string? label = null, string? firmwareVersion = null) =>
        _admin.PostAsync(
            "/v1/admin/terminals",
            new { terminalId, managementSystemId = "GrundmasterNL", merchantId = merchant?.Value, label, firmwareVersion },
            cancellationToken);
}
