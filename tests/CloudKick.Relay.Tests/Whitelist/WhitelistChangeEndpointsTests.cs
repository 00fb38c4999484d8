using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CloudKick.Relay.Security;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Whitelist;

/// <summary>Undoing over HTTP, what an import tells of each line, and finding entries: what the page does, for a merchant's own system.</summary>
[CancelAfter(120_000)]
internal sealed class WhitelistChangeEndpointsTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private HttpClient _client = null!;

    [SetUp]
    public async Task StartRelay()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _client = await _relay.CreateClientAsync(await _relay.AddMerchantAsync("Bakery"), Scopes.WhitelistRead, Scopes.WhitelistWrite);
    }

    [TearDown]
    public async Task StopRelay()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task An_import_is_undone_whole_and_undoing_that_does_it_again(CancellationToken cancellationToken)
    {
        await _client.PutAsync("/v1/whitelist/A1", new { label = "before" }, cancellationToken);
        await ImportAsync("terminalId,label\nA1,after\nA2,new\n", "", cancellationToken);
        var change = await _client.AskAsync("/v1/whitelist-changes/last", cancellationToken);

        var undone = await UndoAsync(change, cancellationToken);
        var between = await LabelsAsync(cancellationToken);
        var again = await UndoAsync(undone, cancellationToken);

        Assert.That(Entries(change), Is.EqualTo(new[] { "A1: before -> after", "A2: nothing -> new" }));
        Assert.That((undone.Status, again.Status), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK)));
        Assert.That(Entries(undone), Is.EqualTo(new[] { "A1: after -> before", "A2: new -> nothing" }));
        Assert.That(between, Is.EqualTo(new[] { "A1 before" }));
        Assert.That(await LabelsAsync(cancellationToken), Is.EqualTo(new[] { "A1 after", "A2 new" }));
        Assert.That((string?)change.Json["actor"], Does.StartWith("key:"));
    }

    [Test]
    public async Task A_change_that_another_followed_is_not_undone(CancellationToken cancellationToken)
    {
        await _client.PutAsync("/v1/whitelist/A1", new { label = "mine" }, cancellationToken);
        var mine = await _client.AskAsync("/v1/whitelist-changes/last", cancellationToken);
        await _client.PutAsync("/v1/whitelist/A2", new { label = "theirs" }, cancellationToken);

        var refused = await UndoAsync(mine, cancellationToken);

        Assert.That(refused.Verdict, Is.EqualTo((409, "not-the-last-change")));
        Assert.That(await LabelsAsync(cancellationToken), Is.EqualTo(new[] { "A1 mine", "A2 theirs" }));
    }

    [Test]
    public async Task Of_two_who_undo_the_same_change_one_does(CancellationToken cancellationToken)
    {
        await _client.PutAsync("/v1/whitelist/A1", new { label = "once" }, cancellationToken);
        var change = await _client.AskAsync("/v1/whitelist-changes/last", cancellationToken);

        var answers = await Task.WhenAll(UndoAsync(change, cancellationToken), UndoAsync(change, cancellationToken));

        Assert.That(answers.Select(answer => (int)answer.Status), Is.EquivalentTo(new[] { 200, 409 }));
        Assert.That(await LabelsAsync(cancellationToken), Is.Empty);
    }

    [Test]
    public async Task A_whitelist_that_was_never_changed_has_no_last_change(CancellationToken cancellationToken) =>
        Assert.That((await _client.AskAsync("/v1/whitelist-changes/last", cancellationToken)).Verdict, Is.EqualTo((404, "whitelist-change-not-found")));

    [TestCase("")]
    [TestCase("?dryRun=true")]
    public async Task A_faulty_import_reports_every_line_the_good_ones_too(string query, CancellationToken cancellationToken)
    {
        await _client.PutAsync("/v1/whitelist/THERE1", new { label = "same" }, cancellationToken);

        var answer = await ImportAsync("terminalId,label\nTHERE1,same\nNEW1,new\nno/id,\nNEW1,again\nNEW2\n", query, cancellationToken);

        Assert.That(answer.Verdict, Is.EqualTo((400, "invalid-request")));
        Assert.That(
            answer.Json["lines"]!.AsArray().Select(line => $"{line!["line"]} {line["terminalId"]} {line["effect"]} {line["registered"]} {Codes(line["faults"])}"),
            Is.EqualTo(new[] { "2 THERE1 unchanged false ", "3 NEW1 created false ", "4  faulty  terminal-id", "5 NEW1 faulty  twice", "6 NEW2 faulty  fields" }));
        Assert.That(Codes(answer.Json["errors"]), Is.EqualTo("terminal-id twice fields"));
        Assert.That(await LabelsAsync(cancellationToken), Is.EqualTo(new[] { "THERE1 same" }));
    }

    [Test]
    public async Task Entries_are_found_by_what_they_say_and_how_they_stand(CancellationToken cancellationToken)
    {
        await ImportAsync("terminalId,label,enabledUntil\nA1,Counter left,\nA2,Terrace,\nB1,counter,2020-01-01T00:00:00Z\n", "", cancellationToken);

        Assert.That(await LabelsAsync(cancellationToken, "?search=COUNTER"), Is.EqualTo(new[] { "A1 Counter left", "B1 counter" }));
        Assert.That(await LabelsAsync(cancellationToken, "?search=counter&prefix=A"), Is.EqualTo(new[] { "A1 Counter left" }));
        Assert.That(await LabelsAsync(cancellationToken, "?state=expired"), Is.EqualTo(new[] { "B1 counter" }));
        Assert.That(await LabelsAsync(cancellationToken, "?state=active"), Is.Empty);
        Assert.That((await _client.AskAsync("/v1/whitelist?state=gone", cancellationToken)).Fields, Is.EqualTo(new[] { "state" }));
        Assert.That((await _client.AskAsync("/v1/whitelist?search=" + new string('x', 201), cancellationToken)).Fields, Is.EqualTo(new[] { "search" }));
    }

    private Task<ApiAnswer> ImportAsync(string csv, string query, CancellationToken cancellationToken) =>
        _client.PostContentAsync("/v1/whitelist/import" + query, Encoding.UTF8.GetBytes(csv), "text/csv", cancellationToken);

    private Task<ApiAnswer> UndoAsync(ApiAnswer change, CancellationToken cancellationToken) =>
        _client.AskAsync(HttpMethod.Post, $"/v1/whitelist-changes/{change.Json["changeId"]}/undo", null, cancellationToken);

    private async Task<IEnumerable<string>> LabelsAsync(CancellationToken cancellationToken, string query = "") =>
        (await _client.AskAsync("/v1/whitelist" + query, cancellationToken)).Items().Select(item => $"{item["terminalId"]} {item["label"]}");

    private static string Codes(JsonNode? faults) => string.Join(' ', (faults?.AsArray() ?? []).Select(fault => (string?)fault!["code"]));

    private static IEnumerable<string> Entries(ApiAnswer change) => change.Json["entries"]!.AsArray()
        .Select(entry => $"{entry!["terminalId"]}: {entry["before"]?["label"] ?? "nothing"} -> {entry["after"]?["label"] ?? "nothing"}");
}
