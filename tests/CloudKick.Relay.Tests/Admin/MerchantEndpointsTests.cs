using CloudKick.Testing;
using Dapper;

namespace CloudKick.Relay.Tests.Admin;

[CancelAfter(120_000)]
internal sealed class MerchantEndpointsTests
{
    private const string Merchants = "v1/admin/merchants";

    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private HttpClient _admin = null!;

    [SetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _admin = await _relay.CreateAdminClientAsync();
    }

    [TearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task An_added_merchant_is_found_where_the_answer_says(CancellationToken cancellationToken)
    {
        var added = await _admin.AskAsync(HttpMethod.Post, Merchants, """{"name":"Café 't Hoekje"}""", cancellationToken);
        var found = await _admin.AskAsync(added.Headers.Location!.OriginalString, cancellationToken);

        Assert.That((int)added.Status, Is.EqualTo(201));
        Assert.That(found.Text, Is.EqualTo(added.Text));
        Assert.That((string?)found.Json["name"], Is.EqualTo("Café 't Hoekje"));
    }

    [Test]
    public async Task Pages_show_every_merchant_once_in_order(CancellationToken cancellationToken)
    {
        string[] names = ["one", "two", "three", "four", "five"];
        foreach (var name in names)
            await _admin.AskAsync(HttpMethod.Post, Merchants, $$"""{"name":"{{name}}"}""", cancellationToken);

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await _admin.AskAsync($"{Merchants}?limit=2{(cursor is null ? "" : "&cursor=" + cursor)}", cancellationToken)).Json;
            seen.AddRange(page["items"]!.AsArray().Select(item => (string)item!["name"]!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);

        Assert.That(seen, Is.EqualTo(names));
    }

    [Test]
    public async Task Disabling_and_enabling_twice_is_no_fault_and_is_written_once(CancellationToken cancellationToken)
    {
        var merchant = await _relay.AddMerchantAsync(cancellationToken: cancellationToken);

        var answers = new List<ApiAnswer>();
        foreach (var verb in (string[])["disable", "disable", "enable", "enable"])
            answers.Add(await _admin.AskAsync(HttpMethod.Post, $"{Merchants}/{merchant}/{verb}", null, cancellationToken));
        await using var superuser = await Npgsql.NpgsqlDataSource.Create(_database.SuperuserConnectionString).OpenConnectionAsync(cancellationToken);
        var actions = await superuser.QueryAsync<(string Action, string Actor, string? Origin)>(
            "select action, split_part(actor, ':', 1), origin from audit_log where merchant_id = @id order by chain_index", new { id = merchant.Value });

        Assert.That(answers.Select(answer => (int)answer.Status), Is.All.EqualTo(200));
        Assert.That(answers.Select(answer => answer.Json["disabledAt"] is null), Is.EqualTo((bool[])[false, false, true, true]));
        Assert.That(actions, Is.EqualTo(((string, string, string?)[])
        [
            ("merchant.add", "cli", null), ("merchant.disable", "key", "127.0.0.1"), ("merchant.enable", "key", "127.0.0.1"),
        ]));
    }

    [TestCase("v1/admin/merchants/0196f3a0-0000-7000-8000-000000000009", "GET")]
    [TestCase("v1/admin/merchants/0196f3a0-0000-7000-8000-000000000009/disable", "POST")]
    [TestCase("v1/admin/merchants/0196f3a0-0000-7000-8000-000000000009/api-keys", "GET")]
    public async Task An_unknown_merchant_is_not_found(string path, string method)
    {
        var answer = await _admin.AskAsync(new HttpMethod(method), path, null, CancellationToken.None);

        Assert.That(answer.Verdict, Is.EqualTo((404, "merchant-not-found")));
    }

    [Test]
    public async Task A_cursor_of_another_list_is_refused(CancellationToken cancellationToken)
    {
        var answer = await _admin.AskAsync(Merchants + "?cursor=TkwwMDAxMDE", cancellationToken);

        Assert.That(answer.Verdict, Is.EqualTo((400, "invalid-request")));
        Assert.That(answer.Fields, Is.EqualTo((string[])["cursor"]));
    }
}
