using System.Net;
using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Preconditions;

/// <summary>Entity tags and conditions, over HTTP: nobody overwrites what they have not seen.</summary>
[CancelAfter(120_000)]
internal sealed class ConditionalRequestsTests
{
    private const int Writers = 8;

    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _merchant;
    private HttpClient _client = null!;
    private HttpClient _operator = null!;

    [OneTimeSetUp]
    public async Task StartRelay()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _merchant = await _relay.AddMerchantAsync("Bakery");
        _client = await _relay.CreateClientAsync(_merchant, Scopes.WhitelistRead, Scopes.WhitelistWrite);
        _operator = await _relay.CreateAdminClientAsync();
    }

    [OneTimeTearDown]
    public async Task StopRelay()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task A_tag_is_strong_the_same_for_every_reader_and_another_after_each_change(CancellationToken cancellationToken)
    {
        var created = Tag(await PutAsync("TAG1", "first", cancellationToken));
        var read = Tag(await _client.AskAsync("/v1/whitelist/TAG1", cancellationToken));
        var changed = Tag(await PutAsync("TAG1", "second", cancellationToken));
        var back = Tag(await PutAsync("TAG1", "first", cancellationToken));

        Assert.That(created, Does.Match("^\"[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{22}\"$"));
        Assert.That(read, Is.EqualTo(created));
        Assert.That((string[])[created, changed, back], Is.Unique);
    }

    [TestCase("{0}")]
    [TestCase("W/{0}")]
    [TestCase("\"other\", {0}")]
    [TestCase("*")]
    public async Task What_the_reader_has_is_not_sent_again(string header, CancellationToken cancellationToken)
    {
        var tag = Tag(await PutAsync("KNOWN1", "as it is", cancellationToken));

        var answer = await AskAsync(HttpMethod.Get, "KNOWN1", null, cancellationToken, ("If-None-Match", header.Replace("{0}", tag, StringComparison.Ordinal)));

        Assert.That((answer.Status, answer.Text, Tag(answer)), Is.EqualTo((HttpStatusCode.NotModified, "", tag)));
    }

    [Test]
    public async Task What_the_reader_had_is_sent_when_it_has_changed(CancellationToken cancellationToken)
    {
        var old = Tag(await PutAsync("KNOWN2", "as it was", cancellationToken));
        await PutAsync("KNOWN2", "as it is", cancellationToken);

        var answer = await AskAsync(HttpMethod.Get, "KNOWN2", null, cancellationToken, ("If-None-Match", old));

        Assert.That((answer.Status, (string?)answer.Json["label"]), Is.EqualTo((HttpStatusCode.OK, "as it is")));
    }

    [Test]
    public async Task A_list_is_not_sent_again_either(CancellationToken cancellationToken)
    {
        await PutAsync("LIST1", "as it is", cancellationToken);
        var tag = Tag(await _client.AskAsync("/v1/whitelist?prefix=LIST", cancellationToken));

        var same = await _client.AskAsync(HttpMethod.Get, "/v1/whitelist?prefix=LIST", null, cancellationToken, ("If-None-Match", tag));
        await PutAsync("LIST2", "new", cancellationToken);
        var another = await _client.AskAsync(HttpMethod.Get, "/v1/whitelist?prefix=LIST", null, cancellationToken, ("If-None-Match", tag));

        Assert.That((same.Status, another.Status), Is.EqualTo((HttpStatusCode.NotModified, HttpStatusCode.OK)));
    }

    [Test]
    public async Task A_change_of_what_one_read_goes_through_and_its_answer_has_the_next_tag(CancellationToken cancellationToken)
    {
        var first = Tag(await PutAsync("CHAIN1", "one", cancellationToken));

        var second = await PutAsync("CHAIN1", "two", cancellationToken, ("If-Match", first));
        var third = await PutAsync("CHAIN1", "three", cancellationToken, ("If-Match", $"\"other\", {Tag(second)}"));
        var any = await PutAsync("CHAIN1", "four", cancellationToken, ("If-Match", "*"));
        var gone = await AskAsync(HttpMethod.Delete, "CHAIN1", null, cancellationToken, ("If-Match", Tag(any)));

        Assert.That(
            (second.Status, third.Status, any.Status, gone.Status),
            Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NoContent)));
    }

    [Test]
    public async Task What_somebody_else_changed_is_not_overwritten(CancellationToken cancellationToken)
    {
        var mine = Tag(await PutAsync("STALE1", "mine", cancellationToken));
        var theirs = Tag(await PutAsync("STALE1", "theirs", cancellationToken));

        var put = await PutAsync("STALE1", "mine again", cancellationToken, ("If-Match", mine));
        var weak = await PutAsync("STALE1", "mine again", cancellationToken, ("If-Match", "W/" + theirs));
        var deleted = await AskAsync(HttpMethod.Delete, "STALE1", null, cancellationToken, ("If-Match", mine));
        var read = await _client.AskAsync("/v1/whitelist/STALE1", cancellationToken);

        foreach (var refused in new[] { put, weak, deleted })
        {
            Assert.That(refused.Verdict, Is.EqualTo((412, "precondition-failed")));
            Assert.That((Tag(refused), (string?)refused.Json["currentTag"]), Is.EqualTo((theirs, theirs)));
            Assert.That((string?)refused.Json["detail"], Does.Contain("GET /v1/whitelist/STALE1"));
        }

        Assert.That((string?)read.Json["label"], Is.EqualTo("theirs"));
    }

    [Test]
    public async Task What_is_not_there_matches_nothing(CancellationToken cancellationToken)
    {
        var put = await PutAsync("MISSING1", "", cancellationToken, ("If-Match", "*"));
        var deleted = await AskAsync(HttpMethod.Delete, "MISSING1", null, cancellationToken, ("If-Match", "\"x\""));
        var read = await _client.AskAsync("/v1/whitelist/MISSING1", cancellationToken);

        Assert.That(put.Verdict, Is.EqualTo((412, "precondition-failed")));
        Assert.That(deleted.Verdict, Is.EqualTo((412, "precondition-failed")));
        Assert.That(put.Headers.ETag, Is.Null);
        Assert.That(put.Json["currentTag"], Is.Null);
        Assert.That(read.Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Another_merchants_terminal_is_refused_like_one_that_nobody_has(CancellationToken cancellationToken)
    {
        var other = await _relay.AddMerchantAsync("Butcher", cancellationToken);
        var butcher = await _relay.CreateClientAsync(other, Scopes.WhitelistWrite);
        await butcher.PutAsync("/v1/whitelist/THEIRS1", new { }, cancellationToken);

        var foreign = await PutAsync("THEIRS1", "", cancellationToken, ("If-Match", "*"));
        var unknown = await PutAsync("NOBODYS1", "", cancellationToken, ("If-Match", "*"));

        Assert.That(foreign.Comparable("THEIRS1"), Is.EqualTo(unknown.Comparable("NOBODYS1")));
    }

    [TestCase("abc")]
    [TestCase("\"open")]
    [TestCase("")]
    public async Task What_is_no_tag_is_refused_rather_than_ignored(string value, CancellationToken cancellationToken)
    {
        await PutAsync("SYNTAX1", "as it is", cancellationToken);

        var answer = await PutAsync("SYNTAX1", "changed", cancellationToken, ("If-Match", value));

        Assert.That((answer.Verdict, answer.Fields.SingleOrDefault()), Is.EqualTo(((400, "invalid-request"), "If-Match")));
    }

    [Test]
    public async Task Of_writers_who_read_the_same_one_wins(CancellationToken cancellationToken)
    {
        var tag = Tag(await PutAsync("RACE1", "before", cancellationToken));

        var answers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(n => n % 2 == 0
            ? PutAsync("RACE1", $"writer {n}", cancellationToken, ("If-Match", tag))
            : AskAsync(HttpMethod.Delete, "RACE1", null, cancellationToken, ("If-Match", tag))));

        Assert.That(answers.Count(answer => answer.Status is HttpStatusCode.OK or HttpStatusCode.NoContent), Is.EqualTo(1));
        Assert.That(answers.Count(answer => answer.Code == "precondition-failed"), Is.EqualTo(Writers - 1));
    }

    [Test]
    public async Task Of_those_who_create_the_same_one_does(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(n => PutAsync("NEW1", $"writer {n}", cancellationToken, ("If-None-Match", "*"))));
        var read = await _client.AskAsync("/v1/whitelist/NEW1", cancellationToken);

        var created = answers.Single(answer => answer.Status == HttpStatusCode.Created);
        Assert.That(answers.Count(answer => answer.Code == "precondition-failed"), Is.EqualTo(Writers - 1));
        Assert.That((string?)read.Json["label"], Is.EqualTo((string?)created.Json["label"]));
    }

    [Test]
    public async Task A_terminals_tag_follows_all_that_was_read_of_it(CancellationToken cancellationToken)
    {
        await AddTerminalAsync("NL000701");
        var before = Tag(await _operator.AskAsync("/v1/admin/terminals/NL000701", cancellationToken));

        await PresenceAsync("NL000701", cancellationToken);
        var after = await _operator.AskAsync(HttpMethod.Get, "/v1/admin/terminals/NL000701", null, cancellationToken, ("If-None-Match", before));

        Assert.That((after.Status, (string?)after.Json["presence"]!["state"]), Is.EqualTo((HttpStatusCode.OK, "online")));
        Assert.That(Tag(after), Is.Not.EqualTo(before));
    }

    [Test]
    public async Task That_a_terminal_connects_refuses_no_change_of_it(CancellationToken cancellationToken)
    {
        await AddTerminalAsync("NL000703");
        var before = Tag(await _operator.AskAsync("/v1/admin/terminals/NL000703", cancellationToken));
        await PresenceAsync("NL000703", cancellationToken);

        var mine = await _operator.AskAsync(HttpMethod.Patch, "/v1/admin/terminals/NL000703", """{"label":"mine"}""", cancellationToken, ("If-Match", before));
        var late = await _operator.AskAsync(HttpMethod.Patch, "/v1/admin/terminals/NL000703", """{"label":"late"}""", cancellationToken, ("If-Match", before));

        Assert.That((mine.Status, (string?)mine.Json["presence"]!["state"]), Is.EqualTo((HttpStatusCode.OK, "online")));
        Assert.That((late.Verdict, Tag(late)), Is.EqualTo(((412, "precondition-failed"), Tag(mine))));
    }

    [Test]
    public async Task That_an_entrys_terminal_is_registered_refuses_no_change_of_it(CancellationToken cancellationToken)
    {
        var before = await PutAsync("NL000704", "as I saw it", cancellationToken);
        await AddTerminalAsync("NL000704", _merchant);
        var read = await AskAsync(HttpMethod.Get, "NL000704", null, cancellationToken, ("If-None-Match", Tag(before)));

        var changed = await PutAsync("NL000704", "mine", cancellationToken, ("If-Match", Tag(before)));

        Assert.That((read.Status, (bool?)read.Json["active"]), Is.EqualTo((HttpStatusCode.OK, true)), "it tells another thing than before");
        Assert.That(((bool?)before.Json["active"], changed.Status), Is.EqualTo((false, HttpStatusCode.OK)));
    }

    [Test]
    public async Task Of_operators_who_change_one_terminal_one_wins(CancellationToken cancellationToken)
    {
        await AddTerminalAsync("NL000702");
        var tag = Tag(await _operator.AskAsync("/v1/admin/terminals/NL000702", cancellationToken));

        var answers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(n => (n % 3) switch
        {
            0 => _operator.AskAsync(HttpMethod.Patch, "/v1/admin/terminals/NL000702", $$"""{"label":"{{n}}"}""", cancellationToken, ("If-Match", tag)),
            1 => _operator.AskAsync(
                HttpMethod.Put, "/v1/admin/terminals/NL000702/merchant", $$"""{"merchantId":"{{_merchant}}"}""", cancellationToken, ("If-Match", tag)),
            _ => _operator.AskAsync(HttpMethod.Patch, "/v1/admin/terminals/NL000702", """{"connectMode":"both"}""", cancellationToken, ("If-Match", tag)),
        }));
        var unassigned = await _operator.AskAsync(HttpMethod.Delete, "/v1/admin/terminals/NL000702/merchant", null, cancellationToken, ("If-Match", tag));

        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.OK), Is.EqualTo(1));
        Assert.That(answers.Where(answer => answer.Status != HttpStatusCode.OK).Select(answer => answer.Verdict), Has.All.EqualTo((412, "precondition-failed")));
        Assert.That(unassigned.Verdict, Is.EqualTo((412, "precondition-failed")));
    }

    private Task<ApiAnswer> PutAsync(string terminalId, string label, CancellationToken cancellationToken, params (string, string)[] headers) =>
        AskAsync(HttpMethod.Put, terminalId, new JsonObject { ["label"] = label }.ToJsonString(), cancellationToken, headers);

    private Task<ApiAnswer> AskAsync(
        HttpMethod method, string terminalId, string? body, CancellationToken cancellationToken, params (string, string)[] headers) =>
        _client.AskAsync(method, "/v1/whitelist/" + terminalId, body, cancellationToken, headers);

    private static string Tag(ApiAnswer answer) => answer.Headers.ETag?.ToString() ?? throw new AssertionException($"No ETag: {answer}");

    private async Task AddTerminalAsync(string terminalId, MerchantId? merchant = null) => Assert.That(
        await _relay.Services.GetRequiredService<TerminalRegistry>()
            .AddAsync(new NewTerminal(terminalId, "GrundmasterNL") { Merchant = merchant }, Actor.Cli, CancellationToken.None),
        Is.EqualTo(TerminalOutcome.Done));

    private Task<int> PresenceAsync(string terminalId, CancellationToken cancellationToken) => _relay.Services.GetRequiredService<TenantDatabase>().ExecuteAsync(
        Tenant.Platform,
        """
        select record_presence(
            array[@terminalId], array[true], array[1::bigint], array['session'], array[now()], array[null]::text[], array['192.0.2.9'], array[null]::text[])
        """,
        new { terminalId }, cancellationToken);
}
