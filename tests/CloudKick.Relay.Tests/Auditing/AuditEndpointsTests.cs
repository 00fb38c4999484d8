using System.Globalization;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Testing;
using Dapper;
using Npgsql;

namespace CloudKick.Relay.Tests.Auditing;

[CancelAfter(120_000)]
internal sealed class AuditEndpointsTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private HttpClient _operator = null!;
    private MerchantId _merchant;

    private string OfMerchant => $"/v1/admin/merchants/{_merchant}/audit";

    [SetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _operator = await _relay.CreateAdminClientAsync();
        _merchant = await _relay.AddMerchantAsync("Bakery");
        var merchants = await _relay.CreateClientAsync(_merchant, Scopes.WhitelistWrite);
        await merchants.PutAsync("/v1/whitelist/A1", new { label = "one" }, CancellationToken.None);
        await merchants.PutAsync("/v1/whitelist/A1", new { label = "two" }, CancellationToken.None);
        await merchants.DeleteAnswerAsync("/v1/whitelist/A1", CancellationToken.None);
    }

    [TearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task The_log_is_walked_page_by_page_newest_first(CancellationToken cancellationToken)
    {
        List<string> seen = [];
        string? cursor = null;
        do
        {
            var page = await _operator.AskAsync($"{OfMerchant}?action=whitelist.&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}", cancellationToken);
            seen.AddRange(page.Items().Select(row => $"{row["action"]} {row["before"]?["label"]} {row["after"]?["label"]}"));
            cursor = (string?)page.Json["nextCursor"];
        }
        while (cursor is not null);

        Assert.That(seen, Is.EqualTo(new[] { "whitelist.remove two ", "whitelist.update one two", "whitelist.add  one" }));
    }

    [Test]
    public async Task Rows_are_found_by_who_what_and_when(CancellationToken cancellationToken)
    {
        Assert.That(await CountAsync("subject=A1"), Is.EqualTo(3));
        Assert.That(await CountAsync("who=made%20by%20a%20TEST&action=whitelist."), Is.EqualTo(3));
        Assert.That(await CountAsync("who=nobody"), Is.Zero);
        Assert.That(await CountAsync("until=2020-01-01T00:00:00Z"), Is.Zero);
        Assert.That(await CountAsync("subject=A1&from=2020-01-01T00:00:00%2B01:00"), Is.EqualTo(3));

        async Task<int> CountAsync(string query) => (await _operator.AskAsync($"{OfMerchant}?{query}", cancellationToken)).Items().Count();
    }

    [TestCase("from=yesterday", "from")]
    [TestCase("until=2027-01-31T23:59:59", "until")]
    [TestCase("cursor=eA", "cursor")]
    [TestCase("limit=0", "limit")]
    public async Task A_list_that_cannot_be_asked_for_is_refused(string query, string field, CancellationToken cancellationToken)
    {
        var answer = await _operator.AskAsync($"/v1/admin/audit?{query}", cancellationToken);

        Assert.That((answer.Verdict, answer.Fields.SingleOrDefault()), Is.EqualTo(((400, "invalid-request"), field)));
    }

    [Test]
    public async Task The_platform_has_a_chain_of_its_own(CancellationToken cancellationToken)
    {
        var rows = (await _operator.AskAsync("/v1/admin/audit", cancellationToken)).Items().Select(row => (string?)row["action"]).ToArray();

        Assert.That(rows, Contains.Item("api-key.create").And.None.StartsWith("whitelist."));
    }

    [Test]
    public async Task A_merchant_that_there_is_not_has_no_log(CancellationToken cancellationToken)
    {
        foreach (var path in new[] { "", "/verification" })
            Assert.That((await _operator.AskAsync($"/v1/admin/merchants/{Guid.NewGuid()}/audit{path}", cancellationToken)).Verdict, Is.EqualTo((404, "merchant-not-found")));
    }

    [Test]
    public async Task A_row_that_was_edited_is_found(CancellationToken cancellationToken)
    {
        var whole = await _operator.AskAsync(OfMerchant + "/verification", cancellationToken);
        await using var source = NpgsqlDataSource.Create(_database.SuperuserConnectionString);
        await using var superuser = await source.OpenConnectionAsync(cancellationToken);
        var index = await superuser.QuerySingleAsync<long>(
            "update audit_log set subject = 'A2' where action = 'whitelist.update' returning chain_index");
        var broken = await _operator.AskAsync(OfMerchant + "/verification", cancellationToken);

        Assert.That(((bool)whole.Json["isWhole"]!, (bool)broken.Json["isWhole"]!), Is.EqualTo((true, false)));
        Assert.That(
            broken.Json["faults"]!.AsArray().Select(fault => $"{fault!["chainIndex"]} {fault["kind"]}"),
            Contains.Item(string.Create(CultureInfo.InvariantCulture, $"{index} changed")));
    }
}
