using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Testing;
using Dapper;

namespace CloudKick.Relay.Tests.Diagnosis;

/// <summary>The doctor over HTTP, with evidence as the relay itself leaves it.</summary>
[CancelAfter(120_000)]
internal sealed class DiagnosisEndpointsTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _bakery;
    private HttpClient _admin = null!;
    private HttpClient _baker = null!;

    [OneTimeSetUp]
    public async Task StartRelay()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _bakery = await _relay.AddMerchantAsync("Bakery");
        _admin = await _relay.CreateAdminClientAsync();
        _baker = await _relay.CreateClientAsync(_bakery, Scopes.TerminalsRead, Scopes.KicksWrite);
    }

    [OneTimeTearDown]
    public async Task StopRelay()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task A_terminal_that_never_connected_wants_a_hardware_installation(CancellationToken cancellationToken)
    {
        await AddAsync("NEVER1");
        await SayAsync(await AddAsync("OTHER1"), connected: true, version: 1);

        var answer = await DiagnoseAsync(_baker, "NEVER1", "nl", cancellationToken);

        Assert.That((string?)answer["cause"], Is.EqualTo("installation"));
        Assert.That((string?)Check(answer, "installation")["fix"], Does.StartWith("Doe een hardware-installatie"));
    }

    [Test]
    public async Task A_terminal_that_left_says_why_and_keeps_its_history(CancellationToken cancellationToken)
    {
        await AddAsync("LEFT1");
        await SayAsync("LEFT1", connected: true, version: 1);
        await SayAsync("LEFT1", connected: false, version: 1, reason: "MQTT_KEEP_ALIVE_TIMEOUT");

        var answer = await DiagnoseAsync(_baker, "LEFT1", "en", cancellationToken);

        Assert.That(((string?)answer["cause"], (string?)Check(answer, "connection")["outcome"]), Is.EqualTo(("connection", "lost")));
        Assert.That((string?)answer["summary"], Does.Contain("MQTT_KEEP_ALIVE_TIMEOUT"));
        await using var owner = await _database.Owner.OpenConnectionAsync(cancellationToken);
        Assert.That(
            await owner.QueryAsync<bool>("select connected from presence_changes where terminal_id = 'LEFT1' order by change_id"), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public async Task A_terminal_that_comes_and_goes_is_told_of_its_subscription(CancellationToken cancellationToken)
    {
        await AddAsync("SLOW1");
        for (var version = 1; version <= 3; version++)
        {
            await SayAsync("SLOW1", connected: true, version);
            await SayAsync("SLOW1", connected: false, version, reason: "CLIENT_INITIATED_DISCONNECT");
        }

        var answer = await DiagnoseAsync(_baker, "SLOW1", "en", cancellationToken);

        Assert.That(((string?)answer["cause"], (string?)Check(answer, "connection")["outcome"]), Is.EqualTo(("connection", "comes-and-goes")));
        Assert.That((string?)answer["summary"], Is.EqualTo("Came 3 times in the last 10 minutes, and each time ended the connection itself within a minute."));
        Assert.That((string?)Check(answer, "connection")["fix"], Does.Contain("MqtSubscriptionTopic0").And.Contain("NL-CAT/SLOW1"));
    }

    [Test]
    public async Task A_till_that_asks_the_old_way_is_named(CancellationToken cancellationToken)
    {
        await AddAsync("TILL1");
        await SayAsync("TILL1", connected: true, version: 1);
        using var refused = await _baker.PostAsJsonAsync(
            "/v1/kicks", new { terminalId = "TILL1", managementSystemId = "08900000002", accessProtocol = "OPI_NL" }, cancellationToken);

        await Eventually.BecomesAsync(
            async () => (string?)(await DiagnoseAsync(_baker, "TILL1", "en", cancellationToken))["cause"], "management-system", cancellationToken);

        Assert.That((int)refused.StatusCode, Is.EqualTo(422));
    }

    [Test]
    public async Task A_guessed_terminal_leaves_no_row(CancellationToken cancellationToken)
    {
        await AddAsync("MINE1");
        foreach (var terminal in new[] { "GUESS1", "MINE1" })
        {
            using var refused = await _baker.PostAsJsonAsync(
                "/v1/kicks", new { terminalId = terminal, managementSystemId = "GrundmasterBE", accessProtocol = "OPI_NL" }, cancellationToken);
        }

        await using var owner = await _database.Owner.OpenConnectionAsync(cancellationToken);
        await Eventually.BecomesAsync(
            () => owner.QueryFirstOrDefaultAsync<string>("select code from refused_kicks where terminal_id = 'MINE1'"), "management-system-mismatch", cancellationToken);
        Assert.That(await owner.QuerySingleAsync<int>("select count(*)::int from refused_kicks where terminal_id = 'GUESS1'"), Is.Zero);
    }

    [Test]
    public async Task Unknown_and_foreign_terminals_get_the_same_answer(CancellationToken cancellationToken)
    {
        var butcher = await _relay.AddMerchantAsync("Butcher", cancellationToken);
        await AddAsync("HIS1", butcher);

        var foreign = await _baker.AskAsync("/v1/terminals/HIS1/diagnosis", cancellationToken);
        var unknown = await _baker.AskAsync("/v1/terminals/NONE1/diagnosis", cancellationToken);

        Assert.That((unknown.Status, unknown.Code), Is.EqualTo((HttpStatusCode.NotFound, "terminal-not-found")));
        Assert.That(foreign.Comparable("HIS1"), Is.EqualTo(unknown.Comparable("NONE1")));
        Assert.That((string?)(await DiagnoseAsync(_admin, "HIS1", "en", cancellationToken, "/v1/admin/terminals/"))["terminalId"], Is.EqualTo("HIS1"));
    }

    [Test]
    public async Task A_disabled_merchants_terminal_is_not_well(CancellationToken cancellationToken)
    {
        var florist = await _relay.AddMerchantAsync("Florist", cancellationToken);
        await SayAsync(await AddAsync("SHUT1", florist), connected: true, version: 1);
        using var disabled = await _admin.PostAsync($"/v1/admin/merchants/{florist}/disable", null, cancellationToken);

        var answer = await DiagnoseAsync(_admin, "SHUT1", "en", cancellationToken, "/v1/admin/terminals/");

        Assert.That(((string?)answer["cause"], (string?)Check(answer, "whitelist")["outcome"]), Is.EqualTo(("whitelist", "merchant-disabled")));
        Assert.That((string?)answer["summary"], Does.StartWith("The merchant is disabled since"));
    }

    [Test]
    public async Task The_language_is_the_querys_then_the_clients_then_English(CancellationToken cancellationToken)
    {
        await AddAsync("LANG1");
        using var french = new HttpRequestMessage(HttpMethod.Get, "/v1/terminals/LANG1/diagnosis") { Headers = { { "Accept-Language", "es, fr-BE;q=0.8, nl;q=0.5" } } };

        using var accepted = await _baker.SendAsync(french, cancellationToken);
        var unknown = await _baker.AskAsync("/v1/terminals/LANG1/diagnosis?lang=tlh", cancellationToken);

        Assert.That(accepted.Content.Headers.ContentLanguage, Is.EqualTo(new[] { "fr" }));
        Assert.That((string?)(await DiagnoseAsync(_baker, "LANG1", "de", cancellationToken))["language"], Is.EqualTo("de"));
        Assert.That((unknown.Status, unknown.Code), Is.EqualTo((HttpStatusCode.BadRequest, "invalid-request")));
    }

    private static async Task<JsonObject> DiagnoseAsync(
        HttpClient client, string terminal, string language, CancellationToken cancellationToken, string root = "/v1/terminals/") =>
        (await client.GetFromJsonAsync<JsonObject>($"{root}{terminal}/diagnosis?lang={language}", cancellationToken))!;

    private static JsonNode Check(JsonObject answer, string code) => answer["checks"]!.AsArray().Single(check => (string?)check!["code"] == code)!;

    private async Task<string> AddAsync(string terminal, MerchantId? merchant = null)
    {
        await using var owner = await _database.Owner.OpenConnectionAsync();
        await owner.ExecuteAsync(
            """
            insert into terminals (terminal_id, merchant_id, management_system_id, thing_name, firmware_version)
            values (@terminal, @merchant, 'GrundmasterNL', @terminal, '14.0.11.01');
            insert into whitelist_entries (merchant_id, terminal_id) values (@merchant, @terminal);
            """,
            new { terminal, merchant = (merchant ?? _bakery).Value });
        return terminal;
    }

    private async Task SayAsync(string terminal, bool connected, long version, string? reason = null)
    {
        await using var service = await _database.Service.OpenConnectionAsync();
        await service.ExecuteAsync(
            "select record_presence(array[@terminal], array[@connected], array[@version], array['s'], array[now()], array[@reason], array['192.0.2.1'])",
            new { terminal, connected, version, reason });
    }
}
