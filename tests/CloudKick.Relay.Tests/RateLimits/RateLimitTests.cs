using CloudKick.Relay.Security;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.RateLimits;

/// <summary>The limits, over HTTP.</summary>
[CancelAfter(120_000)]
internal sealed class RateLimitTests
{
    private const string AnyCall = "v1/admin/merchants";

    private TestDatabase _database = null!;

    [OneTimeSetUp]
    public async Task CreateDatabase() => _database = await TestDatabase.CreateAsync();

    [OneTimeTearDown]
    public async Task DropDatabase() => await _database.DisposeAsync();

    [Test]
    public async Task A_key_over_its_rate_is_told_when_to_come_back(CancellationToken cancellationToken)
    {
        await using var relay = await StartAsync("Key", perMinute: 1, burst: 2, cancellationToken);
        using var client = await relay.CreateAdminClientAsync();
        using var other = await relay.CreateAdminClientAsync();

        var answers = new List<ApiAnswer>();
        for (var i = 0; i < 3; i++)
            answers.Add(await client.AskAsync(AnyCall, cancellationToken));
        var ofOther = await other.AskAsync(AnyCall, cancellationToken);

        Assert.That(answers.Select(answer => (int)answer.Status), Is.EqualTo((int[])[200, 200, 429]));
        Assert.That(answers[2].Code, Is.EqualTo("rate-limited"));
        Assert.That((bool)answers[2].Json["retrySafe"]!, Is.True);
        Assert.That(answers[2].Headers.RetryAfter?.Delta?.TotalSeconds, Is.InRange(1, 60));
        Assert.That((int)ofOther.Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Trying_keys_is_limited_by_address_and_keys_in_use_go_on_working(CancellationToken cancellationToken)
    {
        await using var relay = await StartAsync("UnknownKeys", perMinute: 1, burst: 2, cancellationToken);
        using var client = await relay.CreateAdminClientAsync();
        await client.AskAsync(AnyCall, cancellationToken);

        var first = await relay.CreateClient(ApiKeyToken.Generate("test").Reveal()).AskAsync(AnyCall, cancellationToken);
        var second = await relay.CreateClient(ApiKeyToken.Generate("test").Reveal()).AskAsync(AnyCall, cancellationToken);
        var known = await client.AskAsync(AnyCall, cancellationToken);

        Assert.That(first.Verdict, Is.EqualTo((401, "unauthorized")));
        Assert.That(second.Verdict, Is.EqualTo((429, "rate-limited")));
        Assert.That((int)known.Status, Is.EqualTo(200));
    }

    private Task<RelayHost> StartAsync(string limit, int perMinute, int burst, CancellationToken cancellationToken) => RelayHost.StartAsync(
        _database,
        new()
        {
            Settings = new Dictionary<string, string?>
            {
                [$"CloudKick:RateLimits:{limit}:PerMinute"] = $"{perMinute}",
                [$"CloudKick:RateLimits:{limit}:Burst"] = $"{burst}",
            },
        },
        cancellationToken);
}
