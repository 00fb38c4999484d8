using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CloudKick.Relay.Csv;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Relay.Whitelist;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Whitelist;

[CancelAfter(120_000)]
internal sealed class WhitelistEndpointsTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _merchant;
    private HttpClient _client = null!;
    private HttpClient _stranger = null!;

    [OneTimeSetUp]
    public async Task StartRelay()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _merchant = await _relay.AddMerchantAsync("Bakery");
        var other = await _relay.AddMerchantAsync("Butcher");
        _client = await _relay.CreateClientAsync(_merchant, Scopes.WhitelistRead, Scopes.WhitelistWrite);
        _stranger = await _relay.CreateClientAsync(other, Scopes.WhitelistRead, Scopes.WhitelistWrite);
        await AddTerminalAsync("OWN1", _merchant);
        await AddTerminalAsync("FOREIGN1", other);
    }

    [OneTimeTearDown]
    public async Task StopRelay()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Put_creates_with_201_and_changes_with_200(CancellationToken cancellationToken)
    {
        var created = await _client.PutAsync("/v1/whitelist/OWN1", new { label = "counter", enabledUntil = "2099-01-01T01:00:00+01:00" }, cancellationToken);
        var changed = await _client.PutAsync("/v1/whitelist/OWN1", new { }, cancellationToken);
        var read = await _client.AskAsync("/v1/whitelist/OWN1", cancellationToken);

        Assert.That((created.Status, created.Headers.Location?.OriginalString), Is.EqualTo((HttpStatusCode.Created, "/v1/whitelist/OWN1")));
        Assert.That((string?)created.Json["enabledUntil"], Is.EqualTo("2099-01-01T00:00:00Z"));
        Assert.That(((bool)created.Json["registered"]!, (bool)created.Json["active"]!), Is.EqualTo((true, true)));
        Assert.That((changed.Status, (string?)changed.Json["label"], changed.Json["enabledUntil"]), Is.EqualTo((HttpStatusCode.OK, "", (JsonNode?)null)));
        Assert.That(JsonNode.DeepEquals(read.Json, changed.Json), Is.True);
    }

    [Test]
    public async Task The_last_moment_there_is_comes_back_with_its_offset_and_the_first_is_refused(CancellationToken cancellationToken)
    {
        var last = await _client.PutAsync("/v1/whitelist/LAST1", new { enabledUntil = "9999-12-31T23:59:59.9999999Z" }, cancellationToken);
        var first = await _client.PutAsync("/v1/whitelist/LAST1", new { enabledUntil = "0001-01-01T00:00:00Z" }, cancellationToken);

        Assert.That((string?)last.Json["enabledUntil"], Is.EqualTo("9999-12-31T23:59:59.999999Z"));
        Assert.That((first.Verdict, first.Fields.Single()), Is.EqualTo(((400, "invalid-request"), "enabledUntil")));
    }

    [Test]
    public async Task An_entry_whose_time_has_passed_is_not_active(CancellationToken cancellationToken)
    {
        var answer = await _client.PutAsync("/v1/whitelist/PAST1", new { enabledUntil = "2020-01-01T00:00:00Z" }, cancellationToken);

        Assert.That((bool)answer.Json["active"]!, Is.False);
    }

    [Test]
    public async Task Foreign_and_unknown_terminals_get_the_same_answers(CancellationToken cancellationToken)
    {
        foreach (var (method, body) in new[] { ("GET", null), ("DELETE", null), ("PUT", "{}"), ("PUT", "{}"), ("GET", null), ("DELETE", (string?)null) })
        {
            var foreign = await _client.AskAsync(new HttpMethod(method), "/v1/whitelist/FOREIGN1", body, cancellationToken);
            var unknown = await _client.AskAsync(new HttpMethod(method), "/v1/whitelist/UNKNOWN1", body, cancellationToken);

            Assert.That(foreign.Comparable("FOREIGN1"), Is.EqualTo(unknown.Comparable("UNKNOWN1")), method);
        }
    }

    [Test]
    public async Task Merchants_do_not_meet(CancellationToken cancellationToken)
    {
        await _client.PutAsync("/v1/whitelist/MINE1", new { label = "mine" }, cancellationToken);

        var read = await _stranger.AskAsync("/v1/whitelist/MINE1", cancellationToken);
        var deleted = await _stranger.DeleteAnswerAsync("/v1/whitelist/MINE1", cancellationToken);
        var listed = await _stranger.AskAsync("/v1/whitelist?prefix=MINE", cancellationToken);

        Assert.That((read.Status, read.Code), Is.EqualTo((HttpStatusCode.NotFound, "whitelist-entry-not-found")));
        Assert.That(deleted.Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(listed.Items(), Is.Empty);
        Assert.That((await _client.AskAsync("/v1/whitelist/MINE1", cancellationToken)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Delete_says_204_however_often(CancellationToken cancellationToken)
    {
        await _client.PutAsync("/v1/whitelist/GONE1", new { }, cancellationToken);

        var first = await _client.DeleteAnswerAsync("/v1/whitelist/GONE1", cancellationToken);
        var second = await _client.DeleteAnswerAsync("/v1/whitelist/GONE1", cancellationToken);
        var read = await _client.AskAsync("/v1/whitelist/GONE1", cancellationToken);

        Assert.That((first.Status, second.Status, read.Status), Is.EqualTo((HttpStatusCode.NoContent, HttpStatusCode.NoContent, HttpStatusCode.NotFound)));
    }

    [TestCase("a%2Fb")]
    [TestCase("%2B")]
    [TestCase("%23")]
    [TestCase("12345678901234567")]
    [TestCase("%F0%9F%98%80")]
    [TestCase("a%0A")]
    public async Task Ids_that_are_none_are_refused(string id, CancellationToken cancellationToken)
    {
        foreach (var answer in new[]
        {
            await _client.AskAsync($"/v1/whitelist/{id}", cancellationToken),
            await _client.PutAsync($"/v1/whitelist/{id}", new { }, cancellationToken),
            await _client.DeleteAnswerAsync($"/v1/whitelist/{id}", cancellationToken),
        })
        {
            Assert.That((answer.Status, answer.Code), Is.EqualTo((HttpStatusCode.BadRequest, "invalid-request")));
        }
    }

    [Test]
    public async Task A_NUL_does_not_get_past_the_web_server(CancellationToken cancellationToken) =>
        Assert.That((await _client.PutAsync("/v1/whitelist/a%00b", new { }, cancellationToken)).Status, Is.EqualTo(HttpStatusCode.BadRequest));

    [Test]
    public async Task All_faults_of_a_put_are_told_at_once(CancellationToken cancellationToken)
    {
        var answer = await _client.PutAsync(
            "/v1/whitelist/no%20id", new { label = new string('x', 201), enabledUntil = "2027-01-31T23:59:59" }, cancellationToken);

        Assert.That(answer.Fields, Is.EquivalentTo(new[] { "terminalId", "label", "enabledUntil" }));
    }

    [TestCase("""{"label":1}""", "label")]
    [TestCase("""{"merchantId":"x"}""", "merchantId")]
    public async Task Members_of_the_wrong_kind_are_named(string body, string field, CancellationToken cancellationToken)
    {
        var answer = await _client.PutAsync("/v1/whitelist/OWN2", body, cancellationToken);

        Assert.That((answer.Code, answer.Fields.SingleOrDefault()), Is.EqualTo(("invalid-request", field)));
    }

    [Test]
    public async Task The_list_is_walked_page_by_page(CancellationToken cancellationToken)
    {
        foreach (var n in new[] { 1, 2, 3, 4, 5 })
            await _client.PutAsync($"/v1/whitelist/WALK{n}", new { }, cancellationToken);

        List<string> seen = [];
        string? cursor = null;
        do
        {
            var page = await _client.AskAsync($"/v1/whitelist?prefix=WALK&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}", cancellationToken);
            seen.AddRange(page.Items().Select(item => (string)item["terminalId"]!));
            cursor = (string?)page.Json["nextCursor"];
        }
        while (cursor is not null);

        Assert.That(seen, Is.EqualTo(new[] { "WALK1", "WALK2", "WALK3", "WALK4", "WALK5" }));
    }

    [TestCase("limit=0", "limit")]
    [TestCase("limit=201", "limit")]
    [TestCase("limit=x", "limit")]
    [TestCase("cursor=!", "cursor")]
    [TestCase("prefix=a/b", "prefix")]
    [TestCase("prefix=%25", "prefix")]
    public async Task A_list_that_cannot_be_asked_for_is_refused(string query, string field, CancellationToken cancellationToken)
    {
        var answer = await _client.AskAsync($"/v1/whitelist?{query}", cancellationToken);

        Assert.That((answer.Status, answer.Fields.SingleOrDefault()), Is.EqualTo((HttpStatusCode.BadRequest, field)));
    }

    [Test]
    public async Task Csv_is_imported_and_tells_line_by_line(CancellationToken cancellationToken)
    {
        await AddTerminalAsync("CSV2", _merchant);
        const string csv = "terminalId,label,enabledUntil\r\nCSV1,\"Till 1, left\",\r\nCSV2,,2099-01-01T00:00:00Z\r\n";

        var dry = await ImportAsync(csv, "text/csv", "?dryRun=true", cancellationToken);
        var missing = await _client.AskAsync("/v1/whitelist/CSV1", cancellationToken);
        var real = await ImportAsync(csv, "text/csv; charset=utf-8", "", cancellationToken);
        var again = await ImportAsync(csv, "text/csv", "", cancellationToken);

        Assert.That(((bool)dry.Json["dryRun"]!, (int)dry.Json["created"]!, missing.Status), Is.EqualTo((true, 2, HttpStatusCode.NotFound)));
        Assert.That(((bool)real.Json["dryRun"]!, (int)real.Json["created"]!), Is.EqualTo((false, 2)));
        Assert.That(real.Json["lines"]!.AsArray().Select(line => $"{line!["line"]} {line["terminalId"]} {line["effect"]} {line["registered"]}"),
            Is.EqualTo(new[] { "2 CSV1 created false", "3 CSV2 created true" }));
        Assert.That((int)again.Json["unchanged"]!, Is.EqualTo(2));
        Assert.That((string?)(await _client.AskAsync("/v1/whitelist/CSV1", cancellationToken)).Json["label"], Is.EqualTo("Till 1, left"));
    }

    [Test]
    public async Task Json_is_imported(CancellationToken cancellationToken)
    {
        var answer = await ImportAsync("""{"entries":[{"terminalId":"JSON1","label":"é"},{"terminalId":"JSON2"}]}""", "application/json", "", cancellationToken);

        Assert.That((answer.Status, (int?)answer.Json["created"]), Is.EqualTo((HttpStatusCode.OK, 2)));
        Assert.That((string?)(await _client.AskAsync("/v1/whitelist/JSON1", cancellationToken)).Json["label"], Is.EqualTo("é"));
    }

    [TestCase("")]
    [TestCase("?dryRun=true")]
    public async Task One_fault_keeps_all_lines_out(string query, CancellationToken cancellationToken)
    {
        var answer = await ImportAsync("terminalId\nGOOD1\nbad/id\nGOOD1\n", "text/csv", query, cancellationToken);

        Assert.That((answer.Status, answer.Code), Is.EqualTo((HttpStatusCode.BadRequest, "invalid-request")));
        Assert.That(answer.Fields, Is.EqualTo(new[] { "lines[3].terminalId", "lines[4].terminalId" }));
        Assert.That((await _client.AskAsync("/v1/whitelist/GOOD1", cancellationToken)).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("""{"entries":[{"terminalId":1}]}""", "entries[0].terminalId")]
    [TestCase("""{"entries":[{"merchant":"x"}]}""", "entries[0].merchant")]
    [TestCase("""{"entries":[{"terminalId":"a/b"}]}""", "entries[0].terminalId")]
    [TestCase("{}", "entries")]
    [TestCase("null", "body")]
    [TestCase("{", "body")]
    public async Task Faults_of_a_JSON_import_are_named(string body, string field, CancellationToken cancellationToken)
    {
        var answer = await ImportAsync(body, "application/json", "", cancellationToken);

        Assert.That((answer.Status, answer.Fields.Count > 0 ? answer.Fields[0] : null), Is.EqualTo((HttpStatusCode.BadRequest, field)));
    }

    [Test]
    public async Task What_a_dutch_spreadsheet_writes_is_taken(CancellationToken cancellationToken)
    {
        var answer = await _client.PostContentAsync(
            "/v1/whitelist/import?dryRun=true", [0xEF, 0xBB, 0xBF, .. "terminalId;label\r\nX1;Kassa 1, links\r\n"u8], "text/csv", cancellationToken);

        Assert.That((answer.Status, (int?)answer.Json["created"]), Is.EqualTo((HttpStatusCode.OK, 1)), answer.Text);
    }

    [TestCase("text/plain")]
    [TestCase("application/xml")]
    [TestCase("text/csv; charset=iso-8859-1")]
    [TestCase(null)]
    public async Task Other_content_types_are_not_supported(string? type, CancellationToken cancellationToken)
    {
        var answer = await ImportAsync("terminalId\nX1\n", type, "", cancellationToken);

        Assert.That((answer.Status, answer.Code), Is.EqualTo((HttpStatusCode.UnsupportedMediaType, "unsupported-media-type")));
    }

    [Test]
    public async Task What_is_not_UTF_8_is_refused(CancellationToken cancellationToken)
    {
        var answer = await _client.PostContentAsync(
            "/v1/whitelist/import", [.. "terminalId,label\nX1,"u8, 0xE9], "text/csv", cancellationToken);
        var marked = await _client.PostContentAsync(
            "/v1/whitelist/import", [0xEF, 0xBB, 0xBF, .. "terminalId,label\nX1,"u8, 0xE9, .. "x\n"u8], "text/csv", cancellationToken);

        Assert.That((answer.Code, answer.Fields.SingleOrDefault()), Is.EqualTo(("invalid-request", "body")));
        Assert.That((marked.Code, (string?)marked.Json["detail"]), Is.EqualTo(("invalid-request", "body: is not UTF-8: spreadsheets save it so as \"CSV UTF-8\"")));
    }

    [TestCase("text/csv")]
    [TestCase("application/json")]
    public async Task A_body_over_1_MiB_is_too_large(string type, CancellationToken cancellationToken)
    {
        var answer = await ImportAsync(new string(' ', CsvRequest.MaximumBytes + 1), type, "", cancellationToken);

        Assert.That((answer.Status, answer.Code), Is.EqualTo((HttpStatusCode.RequestEntityTooLarge, "payload-too-large")));
    }

    [Test]
    public async Task Ten_thousand_lines_fit(CancellationToken cancellationToken)
    {
        var chain = await _relay.CreateClientAsync(await _relay.AddMerchantAsync("Chain", cancellationToken), Scopes.WhitelistWrite);
        var csv = "terminalId,label\n" + string.Concat(Enumerable.Range(0, WhitelistImportFile.MaximumLines).Select(n => $"BIG{n},a label of some forty characters for no. {n}\n"));

        var answer = await chain.PostContentAsync("/v1/whitelist/import", Encoding.UTF8.GetBytes(csv), "text/csv", cancellationToken);

        Assert.That((answer.Status, (int?)answer.Json["created"]), Is.EqualTo((HttpStatusCode.OK, WhitelistImportFile.MaximumLines)));
    }

    [Test]
    public async Task Reading_does_not_need_the_scope_to_write_nor_the_reverse(CancellationToken cancellationToken)
    {
        var reader = await _relay.CreateClientAsync(_merchant, Scopes.WhitelistRead);
        var writer = await _relay.CreateClientAsync(_merchant, Scopes.WhitelistWrite);

        Assert.That((await reader.AskAsync("/v1/whitelist", cancellationToken)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await reader.PutAsync("/v1/whitelist/S1", new { }, cancellationToken)).Code, Is.EqualTo("insufficient-scope"));
        Assert.That((await reader.DeleteAnswerAsync("/v1/whitelist/S1", cancellationToken)).Code, Is.EqualTo("insufficient-scope"));
        Assert.That((await writer.PutAsync("/v1/whitelist/S1", new { }, cancellationToken)).Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await writer.AskAsync("/v1/whitelist/S1", cancellationToken)).Code, Is.EqualTo("insufficient-scope"));
    }

    private Task<ApiAnswer> ImportAsync(string body, string? type, string query, CancellationToken cancellationToken) =>
        _client.PostContentAsync("/v1/whitelist/import" + query, Encoding.UTF8.GetBytes(body), type, cancellationToken);

    private async Task AddTerminalAsync(string terminalId, MerchantId merchant) =>
        Assert.That(
            await _relay.Services.GetRequiredService<TerminalRegistry>().AddAsync(
                new NewTerminal(terminalId, "GrundmasterNL") { Merchant = merchant }, Actor.Cli, CancellationToken.None),
            Is.EqualTo(TerminalOutcome.Done));
}
