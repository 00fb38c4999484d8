using System.Security.Cryptography;
using System.Text;
using CloudKick.Relay.Database;
using CloudKick.Testing;
using Dapper;
using Npgsql;

namespace CloudKick.Relay.Tests.Admin;

[CancelAfter(120_000)]
internal sealed class ApiKeyEndpointsTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private HttpClient _admin = null!;
    private MerchantId _merchant;

    private string OfMerchant => $"v1/admin/merchants/{_merchant}/api-keys";

    [SetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _admin = await _relay.CreateAdminClientAsync();
        _merchant = await _relay.AddMerchantAsync();
    }

    [TearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task A_new_key_works_and_only_the_answer_has_its_secret(CancellationToken cancellationToken)
    {
        var created = await _admin.AskAsync(HttpMethod.Post, OfMerchant, """{"label":"till","scopes":["whitelist:read"]}""", cancellationToken);
        var token = (string)created.Json["token"]!;
        var used = await _relay.CreateClient(token).AskAsync("v1/whitelist", cancellationToken);
        var listed = await _admin.AskAsync(OfMerchant, cancellationToken);

        Assert.That(((int)created.Status, (int)used.Status), Is.EqualTo((201, 200)));
        Assert.That(token, Does.StartWith("ck_live_" + (string)created.Json["key"]!["keyId"]!));
        Assert.That(listed.Text, Does.Contain((string)created.Json["key"]!["keyId"]!).And.Not.Contain(token.Split('_', 4)[3]));
    }

    [Test]
    public async Task The_database_has_a_hash_and_never_the_secret(CancellationToken cancellationToken)
    {
        var created = await _admin.AskAsync(HttpMethod.Post, OfMerchant, """{"scopes":["whitelist:read"]}""", cancellationToken);
        var secret = ((string)created.Json["token"]!).Split('_', 4)[3];
        await using var source = NpgsqlDataSource.Create(_database.SuperuserConnectionString);
        await using var superuser = await source.OpenConnectionAsync(cancellationToken);
        var hash = await superuser.QuerySingleAsync<byte[]>(
            "select secret_hash from api_keys where key_id = @id", new { id = (string)created.Json["key"]!["keyId"]! });
        var rows = await superuser.QueryAsync<string>("select to_jsonb(k)::text from api_keys k union all select to_jsonb(a)::text from audit_log a");

        Assert.That(hash, Is.EqualTo(SHA256.HashData(Encoding.ASCII.GetBytes(secret))));
        Assert.That(rows, Has.None.Contains(secret));
    }

    [Test]
    public async Task A_key_that_cannot_be_is_refused_with_every_fault(CancellationToken cancellationToken)
    {
        var answer = await _admin.AskAsync(
            HttpMethod.Post, OfMerchant,
            $$"""{"label":"{{new string('x', 201)}}","scopes":["kicks:write","kicks:fly","platform:admin"],"expiresAt":"2020-01-01T00:00:00Z"}""",
            cancellationToken);

        Assert.That(answer.Verdict, Is.EqualTo((400, "invalid-request")));
        Assert.That(answer.Fields, Is.EquivalentTo((string[])["label", "scopes[1]", "scopes[2]", "expiresAt"]));
    }

    [Test]
    public async Task A_key_may_expire_at_the_last_moment_there_is(CancellationToken cancellationToken)
    {
        var answer = await _admin.AskAsync(
            HttpMethod.Post, OfMerchant, """{"scopes":["kicks:write"],"expiresAt":"9999-12-31T23:59:59.9999999Z"}""", cancellationToken);

        Assert.That((string?)answer.Json["key"]!["expiresAt"], Does.StartWith("9999-12-31T23:59:59.999999").And.EndsWith("+00:00"));
        await using var connection = await _database.Owner.OpenConnectionAsync(cancellationToken);
        Assert.That(await connection.QuerySingleAsync<bool>(
            "select isfinite(expires_at) from find_api_key(@id)", new { id = (string)answer.Json["key"]!["keyId"]! }), Is.True);
    }

    [TestCase("2027-01-01")]
    [TestCase("2027-01-01T00:00:00")]
    [TestCase("next year")]
    [TestCase("")]
    public async Task A_keys_end_is_a_moment_with_its_offset(string expiresAt, CancellationToken cancellationToken)
    {
        var answer = await _admin.AskAsync(HttpMethod.Post, OfMerchant, $$"""{"scopes":["kicks:write"],"expiresAt":"{{expiresAt}}"}""", cancellationToken);

        Assert.That((answer.Verdict, answer.Fields.Single()), Is.EqualTo(((400, "invalid-request"), "expiresAt")));
        Assert.That(answer.Text, Does.Contain("with its offset"));
    }

    [Test]
    public async Task A_merchants_key_needs_scopes(CancellationToken cancellationToken)
    {
        var answer = await _admin.AskAsync(HttpMethod.Post, OfMerchant, "{}", cancellationToken);

        Assert.That(answer.Fields, Is.EqualTo((string[])["scopes"]));
    }

    [Test]
    public async Task An_unknown_merchant_gets_no_key(CancellationToken cancellationToken)
    {
        var answer = await _admin.AskAsync(
            HttpMethod.Post, "v1/admin/merchants/0196f3a0-0000-7000-8000-000000000009/api-keys", """{"scopes":["kicks:read"]}""", cancellationToken);

        Assert.That(answer.Verdict, Is.EqualTo((404, "merchant-not-found")));
    }

    [Test]
    public async Task An_operators_key_has_its_one_scope(CancellationToken cancellationToken)
    {
        var created = await _admin.AskAsync(HttpMethod.Post, "v1/admin/api-keys", """{"label":"on call"}""", cancellationToken);
        var refused = await _admin.AskAsync(HttpMethod.Post, "v1/admin/api-keys", """{"scopes":["kicks:write"]}""", cancellationToken);
        var used = await _relay.CreateClient((string)created.Json["token"]!).AskAsync("v1/admin/api-keys", cancellationToken);

        Assert.That(refused.Fields, Is.EqualTo((string[])["scopes[0]"]));
        Assert.That(used.Json["items"]!.AsArray().Select(key => (string?)key!["label"]), Is.EqualTo((string[])["made by a test", "on call"]));
    }

    [Test]
    public async Task A_key_is_read_by_its_id(CancellationToken cancellationToken)
    {
        var created = await _admin.AskAsync(HttpMethod.Post, OfMerchant, """{"label":"till","scopes":["whitelist:read"]}""", cancellationToken);
        var address = created.Headers.Location!.OriginalString;

        var read = await _admin.AskAsync(address, cancellationToken);
        var known = await _admin.AskAsync(HttpMethod.Get, address, null, cancellationToken, ("If-None-Match", read.Headers.ETag!.ToString()));
        var unknown = await _admin.AskAsync("/v1/admin/api-keys/0123456789abcdef", cancellationToken);

        Assert.That(read.Json.ToJsonString(), Is.EqualTo(created.Json["key"]!.ToJsonString()));
        Assert.That((int)known.Status, Is.EqualTo(304));
        Assert.That(unknown.Verdict, Is.EqualTo((404, "api-key-not-found")));
    }

    [Test]
    public async Task A_rotated_key_works_on_for_its_overlap_beside_one_that_may_do_the_same(CancellationToken cancellationToken)
    {
        var old = await _admin.AskAsync(HttpMethod.Post, OfMerchant, """{"label":"till","scopes":["whitelist:read"]}""", cancellationToken);
        var address = old.Headers.Location!.OriginalString;

        var rotated = await _admin.AskAsync(HttpMethod.Post, address + "/rotate", """{"overlapSeconds":3600}""", cancellationToken);
        var ended = await _admin.AskAsync(HttpMethod.Post, rotated.Headers.Location!.OriginalString + "/rotate", """{"overlapSeconds":0}""", cancellationToken);
        await _admin.AskAsync(HttpMethod.Post, ended.Headers.Location!.OriginalString + "/revoke", null, cancellationToken);
        var late = await _admin.AskAsync(HttpMethod.Post, ended.Headers.Location!.OriginalString + "/rotate", """{"overlapSeconds":0}""", cancellationToken);

        Assert.That(((int)rotated.Status, (int)ended.Status), Is.EqualTo((201, 201)));
        Assert.That((string?)rotated.Json["key"]!["label"], Is.EqualTo("till"));
        Assert.That(late.Verdict, Is.EqualTo((404, "api-key-not-found")));
        Assert.That((await _admin.AskAsync(address, cancellationToken)).Json["expiresAt"], Is.Not.Null);
        Assert.That((int)(await _relay.CreateClient((string)old.Json["token"]!).AskAsync("v1/whitelist", cancellationToken)).Status, Is.EqualTo(200));
    }

    [TestCase(0)]
    [TestCase(60)]
    public async Task A_key_is_replaced_once_and_its_successor_lasts_as_long_as_it_would_have(int overlap, CancellationToken cancellationToken)
    {
        var old = await _admin.AskAsync(HttpMethod.Post, OfMerchant, """{"scopes":["whitelist:read"],"expiresAt":"2100-01-01T00:00:00Z"}""", cancellationToken);
        var address = old.Headers.Location!.OriginalString;
        var body = $$"""{"overlapSeconds":{{overlap}}}""";

        // Twice at a time, as by a double click.
        var attempts = await Task.WhenAll(
            _admin.AskAsync(HttpMethod.Post, address + "/rotate", body, cancellationToken), _admin.AskAsync(HttpMethod.Post, address + "/rotate", body, cancellationToken));
        var late = await _admin.AskAsync(HttpMethod.Post, address + "/rotate", body, cancellationToken);

        var made = attempts.Single(attempt => (int)attempt.Status == 201);
        var successor = (string)made.Json["key"]!["keyId"]!;
        Assert.That((string?)made.Json["key"]!["expiresAt"], Does.StartWith("2100-01-01T00:00:00"));
        foreach (var refused in attempts.Except([made]).Append(late))
        {
            Assert.That(refused.Verdict, Is.EqualTo((409, "api-key-replaced")));
            Assert.That(((string?)refused.Json["replacedBy"], (string?)refused.Json["detail"]), Is.EqualTo(
                (successor, $"The key {successor} took its place, and its secret was shown when it was made. If nobody has it, revoke {successor} and make a new key.")));
        }

        Assert.That((string?)(await _admin.AskAsync(address, cancellationToken)).Json["replacedBy"], Is.EqualTo(successor));
        Assert.That((int)(await _relay.CreateClient((string)made.Json["token"]!).AskAsync("v1/whitelist", cancellationToken)).Status, Is.EqualTo(200));
    }

    [TestCase("{}")]
    [TestCase("""{"overlapSeconds":-1}""")]
    [TestCase("""{"overlapSeconds":2592001}""")]
    public async Task An_overlap_has_bounds(string body, CancellationToken cancellationToken)
    {
        var created = await _admin.AskAsync(HttpMethod.Post, OfMerchant, """{"scopes":["whitelist:read"]}""", cancellationToken);

        var answer = await _admin.AskAsync(HttpMethod.Post, created.Headers.Location!.OriginalString + "/rotate", body, cancellationToken);

        Assert.That((answer.Verdict, answer.Fields.SingleOrDefault()), Is.EqualTo(((400, "invalid-request"), "overlapSeconds")));
    }

    [Test]
    public async Task A_revoked_key_is_refused_stays_listed_and_may_be_revoked_again(CancellationToken cancellationToken)
    {
        var created = await _admin.AskAsync(HttpMethod.Post, OfMerchant, """{"scopes":["whitelist:read"]}""", cancellationToken);
        var keyId = (string)created.Json["key"]!["keyId"]!;
        using var client = _relay.CreateClient((string)created.Json["token"]!);
        await client.AskAsync("v1/whitelist", cancellationToken);

        var first = await _admin.AskAsync(HttpMethod.Post, $"v1/admin/api-keys/{keyId}/revoke", null, cancellationToken);
        var second = await _admin.AskAsync(HttpMethod.Post, $"v1/admin/api-keys/{keyId}/revoke", null, cancellationToken);
        await Eventually.BecomesAsync(async () => (await client.AskAsync("v1/whitelist", cancellationToken)).Verdict, (401, "unauthorized"), cancellationToken);
        var listed = await _admin.AskAsync(OfMerchant, cancellationToken);

        Assert.That(((int)first.Status, (int)second.Status), Is.EqualTo((200, 200)));
        Assert.That((string?)second.Json["revokedAt"], Is.EqualTo((string?)first.Json["revokedAt"]));
        Assert.That((string?)listed.Json["items"]![0]!["revokedAt"], Is.EqualTo((string?)first.Json["revokedAt"]));
    }

    [TestCase("abcdefgh01234567", 404, "api-key-not-found")]
    [TestCase("nonsense", 400, "invalid-request")]
    public async Task Revoking_what_is_not_there_is_a_problem(string keyId, int status, string code)
    {
        var answer = await _admin.AskAsync(HttpMethod.Post, $"v1/admin/api-keys/{keyId}/revoke", null, CancellationToken.None);

        Assert.That(answer.Verdict, Is.EqualTo((status, code)));
    }

    [Test]
    public async Task Pages_show_every_key_once(CancellationToken cancellationToken)
    {
        for (var i = 0; i < 5; i++)
            await _admin.AskAsync(HttpMethod.Post, OfMerchant, $$"""{"label":"{{i}}","scopes":["kicks:read"]}""", cancellationToken);

        var first = (await _admin.AskAsync(OfMerchant + "?limit=3", cancellationToken)).Json;
        var second = (await _admin.AskAsync($"{OfMerchant}?limit=3&cursor={first["nextCursor"]}", cancellationToken)).Json;

        Assert.That(first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(key => (string?)key!["label"]), Is.EqualTo((string[])["0", "1", "2", "3", "4"]));
        Assert.That(second["nextCursor"], Is.Null);
    }

    [Test]
    public async Task The_last_use_is_written_down_when_the_node_stops_at_the_latest(CancellationToken cancellationToken)
    {
        var created = await _admin.AskAsync(HttpMethod.Post, OfMerchant, """{"scopes":["whitelist:read"]}""", cancellationToken);
        await _relay.CreateClient((string)created.Json["token"]!).AskAsync("v1/whitelist", cancellationToken);

        await _relay.StopAsync(cancellationToken);
        await using var source = NpgsqlDataSource.Create(_database.SuperuserConnectionString);
        await using var superuser = await source.OpenConnectionAsync(cancellationToken);
        var used = await superuser.QuerySingleAsync<bool>(
            "select last_used_at > created_at - interval '1 minute' from api_keys where key_id = @id", new { id = (string)created.Json["key"]!["keyId"]! });

        Assert.That(used, Is.True);
    }
}
