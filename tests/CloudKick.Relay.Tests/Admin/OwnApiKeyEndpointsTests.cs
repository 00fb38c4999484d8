using System.Globalization;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Admin;

/// <summary>A merchant's system and its admins manage the merchant's keys, and cannot give more than they have.</summary>
[CancelAfter(120_000)]
internal sealed class OwnApiKeyEndpointsTests
{
    private const string Keys = "/v1/api-keys";
    private const string Unhurried = """{"overlapSeconds":3600}""";

    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _merchant;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
    }

    [SetUp]
    public async Task AddMerchant() => _merchant = await _relay.AddMerchantAsync();

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task A_key_makes_lists_replaces_and_revokes_others(CancellationToken cancellationToken)
    {
        var manager = await _relay.CreateClientAsync(_merchant, Scopes.KeysRead, Scopes.KeysWrite, Scopes.WhitelistRead);

        var created = await manager.AskAsync(HttpMethod.Post, Keys, """{"label":"till","scopes":["whitelist:read"]}""", cancellationToken);
        var address = created.Headers.Location!.OriginalString;
        var used = await UseAsync(created, cancellationToken);
        var listed = await manager.AskAsync(Keys, cancellationToken);
        var read = await manager.AskAsync(address, cancellationToken);
        var rotated = await manager.AskAsync(HttpMethod.Post, address + "/rotate", Unhurried, cancellationToken);
        var both = (await UseAsync(created, cancellationToken), await UseAsync(rotated, cancellationToken));
        var revoked = await manager.AskAsync(HttpMethod.Post, address + "/revoke", null, cancellationToken);
        var refused = await Eventually.HoldsAsync(() => UseAsync(created, cancellationToken), status => status != 200, cancellationToken);

        Assert.That(((int)created.Status, used, (int)rotated.Status, both, refused), Is.EqualTo((201, 200, 201, (200, 200), 401)));
        var secret = ((string)created.Json["token"]!).Split('_', 4)[3];
        Assert.That(listed.Items().Select(key => (string?)key["label"]), Does.Contain("till"));
        Assert.That(listed.Text + read.Text + revoked.Text, Does.Not.Contain(secret));
        Assert.That((string?)read.Json["merchantId"], Is.EqualTo(_merchant.ToString()));
        Assert.That((string?)rotated.Json["key"]!["label"], Is.EqualTo("till"));
        Assert.That(revoked.Json["revokedAt"], Is.Not.Null);
        Assert.That(rotated.Headers.Location!.OriginalString, Does.StartWith(Keys + "/"));
    }

    [Test]
    public async Task No_key_gives_a_scope_that_it_lacks(CancellationToken cancellationToken)
    {
        var manager = await _relay.CreateClientAsync(_merchant, Scopes.KeysRead, Scopes.KeysWrite);

        foreach (var scope in Scopes.OfMerchants)
        {
            var made = await manager.AskAsync(HttpMethod.Post, Keys, $$"""{"scopes":["keys:read","{{scope}}"]}""", cancellationToken);

            if (scope is Scopes.KeysRead or Scopes.KeysWrite)
                Assert.That((int)made.Status, Is.EqualTo(201), scope);
            else
                Assert.That((made.Verdict, (string?)made.Json["requiredScope"]), Is.EqualTo(((403, "insufficient-scope"), scope)));
        }

        foreach (var scope in Scopes.All.Except(Scopes.OfMerchants))
        {
            var made = await manager.AskAsync(HttpMethod.Post, Keys, $$"""{"scopes":["{{scope}}"]}""", cancellationToken);
            Assert.That((made.Verdict, made.Fields.Single()), Is.EqualTo(((400, "invalid-request"), "scopes[0]")), scope);
        }
    }

    [Test]
    public async Task No_key_gets_hold_of_more_by_replacing_another(CancellationToken cancellationToken)
    {
        var manager = await _relay.CreateClientAsync(_merchant, Scopes.KeysWrite);
        var stronger = await _relay.CreateKeyAsync(_merchant, Scopes.KeysWrite, Scopes.KicksWrite);

        var rotated = await manager.AskAsync(HttpMethod.Post, $"{Keys}/{stronger.Key.KeyId}/rotate", Unhurried, cancellationToken);
        var revoked = await manager.AskAsync(HttpMethod.Post, $"{Keys}/{stronger.Key.KeyId}/revoke", null, cancellationToken);

        Assert.That((rotated.Verdict, (string?)rotated.Json["requiredScope"]), Is.EqualTo(((403, "insufficient-scope"), Scopes.KicksWrite)));
        Assert.That(rotated.Text, Does.Not.Contain("token"));
        Assert.That((int)revoked.Status, Is.EqualTo(200), "taking away is no giving");
    }

    [Test]
    public async Task No_key_makes_one_that_outlives_it(CancellationToken cancellationToken)
    {
        var end = TimeProvider.System.GetUtcNow().AddDays(2);
        var keys = _relay.Services.GetRequiredService<ApiKeys>();
        var mortal = (await keys.CreateAsync(new NewApiKey(_merchant, "test", "", [Scopes.KeysWrite], end), Actor.Cli, cancellationToken))!;
        var manager = _relay.CreateClient(mortal.Token);
        var immortal = await _relay.CreateKeyAsync(_merchant, Scopes.KeysWrite);

        var never = await MakeAsync(null);
        var later = await MakeAsync(end.AddSeconds(1));
        var sooner = await MakeAsync(end.AddSeconds(-1));
        var others = await manager.AskAsync(HttpMethod.Post, $"{Keys}/{immortal.Key.KeyId}/rotate", Unhurried, cancellationToken);
        var itself = await manager.AskAsync(HttpMethod.Post, $"{Keys}/{mortal.Key.KeyId}/rotate", Unhurried, cancellationToken);

        Assert.That((never.Fields.Single(), later.Fields.Single(), others.Fields.Single()), Is.EqualTo(("expiresAt", "expiresAt", "expiresAt")));
        Assert.That(((int)sooner.Status, (int)itself.Status), Is.EqualTo((201, 201)));
        Assert.That((DateTimeOffset)itself.Json["key"]!["expiresAt"]!, Is.EqualTo(end).Within(TimeSpan.FromMilliseconds(1)));

        Task<ApiAnswer> MakeAsync(DateTimeOffset? expiresAt) => manager.AskAsync(
            HttpMethod.Post, Keys,
            $$"""{"scopes":["keys:write"]{{(expiresAt is { } at ? string.Create(CultureInfo.InvariantCulture, $",\"expiresAt\":\"{at:O}\"") : "")}}}""", cancellationToken);
    }

    [Test]
    public async Task An_admin_makes_keys_by_session(CancellationToken cancellationToken)
    {
        using var admin = await _relay.SignInAsync(_merchant, Roles.Admin, cancellationToken);
        using var content = new StringContent("""{"scopes":["kicks:write","audit:read"]}""", System.Text.Encoding.UTF8, "application/json");
        content.Headers.Add("RequestVerificationToken", await admin.TokenAsync("/account", cancellationToken));

        var answer = await admin.SendAsync(HttpMethod.Post, Keys, content, follow: false, cancellationToken);

        Assert.That((int)answer.Status, Is.EqualTo(201), answer.Html);
    }

    [Test]
    public async Task Each_change_is_in_the_merchants_chain_which_a_key_reads_and_checks(CancellationToken cancellationToken)
    {
        var manager = await _relay.CreateClientAsync(_merchant, Scopes.KeysWrite, Scopes.AuditRead);
        var other = await _relay.CreateClientAsync(await _relay.AddMerchantAsync("Other", cancellationToken), Scopes.AuditRead);
        var created = await manager.AskAsync(HttpMethod.Post, Keys, """{"scopes":["audit:read"]}""", cancellationToken);
        var id = (string)created.Json["key"]!["keyId"]!;
        await manager.AskAsync(HttpMethod.Post, $"{Keys}/{id}/revoke", null, cancellationToken);

        var rows = await manager.AskAsync($"/v1/audit?subject={id}", cancellationToken);
        var page = await manager.AskAsync("/v1/audit?action=api-key.&limit=1", cancellationToken);
        var next = await manager.AskAsync($"/v1/audit?action=api-key.&limit=1&cursor={page.Json["nextCursor"]}", cancellationToken);
        var verdict = await manager.AskAsync("/v1/audit/verification", cancellationToken);
        var foreign = await other.AskAsync($"/v1/audit?subject={id}", cancellationToken);

        Assert.That(rows.Items().Select(row => (string?)row["action"]), Is.EqualTo(new[] { "api-key.revoke", "api-key.create" }));
        Assert.That(rows.Items().Select(row => (string?)row["actor"]), Has.All.StartsWith("key:"));
        Assert.That((page.Items().Single()["action"]!.ToString(), next.Items().Single()["action"]!.ToString()), Is.EqualTo(("api-key.revoke", "api-key.create")));
        Assert.That((bool?)verdict.Json["isWhole"], Is.True);
        Assert.That(foreign.Items(), Is.Empty);
        Assert.That((await other.AskAsync("/v1/audit?from=yesterday", cancellationToken)).Fields, Is.EqualTo(new[] { "from" }));
    }

    private async Task<int> UseAsync(ApiAnswer created, CancellationToken cancellationToken) =>
        (int)(await _relay.CreateClient((string)created.Json["token"]!).AskAsync("/v1/whitelist", cancellationToken)).Status;
}
