using CloudKick.Relay.Database;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Security;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Relay.Times;
using CloudKick.Testing;
using Dapper;

namespace CloudKick.Relay.Tests.Kicks;

/// <summary>What <c>GET /v1/kicks</c> filters by.</summary>
[CancelAfter(120_000)]
internal sealed class KickListTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private HttpClient _client = null!;
    private MerchantId _merchant;
    private readonly Dictionary<string, string> _ids = [];

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _merchant = await _relay.AddMerchantAsync();
        _client = await _relay.CreateClientAsync(_merchant, Scopes.KicksRead);
        await (await _relay.CreateAdminClientAsync()).PostAsync(
            "/v1/admin/terminals", new { terminalId = "LIST1", managementSystemId = "GrundmasterNL", merchantId = _merchant.Value }, CancellationToken.None);
        var age = TimeSpan.Zero;
        foreach (var state in new[] { "connected", "expired", "failed", "cancelled" })
            _ids[state] = await AddAsync(state, age += TimeSpan.FromHours(1));
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase("outcome=coupled", "connected")]
    [TestCase("outcome=not_coupled", "expired failed cancelled")]
    [TestCase("outcome=pending", "")]
    [TestCase("outcome=not_coupled&state=failed", "failed")]
    [TestCase("outcome=coupled&state=failed", "")]
    public async Task Kicks_are_found_by_their_outcome(string query, string states, CancellationToken cancellationToken)
    {
        var answer = await _client.AskAsync($"/v1/kicks?{query}", cancellationToken);

        Assert.That(string.Join(' ', answer.Items().Select(kick => (string?)kick["state"])), Is.EqualTo(states));
        Assert.That(answer.Items().Select(kick => $"outcome={kick["outcome"]}"), Has.All.EqualTo(query.Split('&')[0]));
    }

    [Test]
    public async Task Kicks_are_found_by_when_they_were_accepted(CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        string At(double hours) => Uri.EscapeDataString(Rfc3339.Write(now.AddHours(-hours).UtcDateTime));

        var between = await _client.AskAsync($"/v1/kicks?from={At(3.5)}&until={At(1.5)}", cancellationToken);
        var page = await _client.AskAsync($"/v1/kicks?from={At(3.5)}&until={At(1.5)}&limit=1", cancellationToken);
        var next = await _client.AskAsync($"/v1/kicks?from={At(3.5)}&until={At(1.5)}&limit=1&cursor={page.Json["nextCursor"]}", cancellationToken);
        var before = await _client.AskAsync($"/v1/kicks?until={At(3.5)}&outcome=not_coupled", cancellationToken);

        Assert.That(between.Items().Select(kick => (string?)kick["id"]), Is.EqualTo(new[] { _ids["expired"], _ids["failed"] }));
        Assert.That(((string?)page.Items().Single()["id"], (string?)next.Items().Single()["id"]), Is.EqualTo((_ids["expired"], _ids["failed"])));
        Assert.That(before.Items().Select(kick => (string?)kick["id"]), Is.EqualTo(new[] { _ids["cancelled"] }));
    }

    [Test]
    public async Task What_cannot_be_asked_for_is_refused_with_every_fault(CancellationToken cancellationToken)
    {
        var answer = await _client.AskAsync("/v1/kicks?outcome=fine&from=yesterday&until=2027-01-31T23:59:59&state=asleep", cancellationToken);

        Assert.That(answer.Fields, Is.EquivalentTo(new[] { "outcome", "from", "until", "state" }));
    }

    private async Task<string> AddAsync(string state, TimeSpan age)
    {
        var at = TimeProvider.System.GetUtcNow() - age;
        var id = Guid.CreateVersion7(at);
        await using var connection = await _database.Owner.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into kicks (kick_id, merchant_id, terminal_id, management_system_id, access_protocol, api_key_id, state, broker_outcome,
                               node, attempt, accepted_at, expires_at, ended_at)
            values (@id, @merchant, 'LIST1', 'GrundmasterNL', 'OPI_NL', 'testtesttest', @state, 'acked', 'node-1', 1, @at, @at, @at);
            -- As the functions that end a kick do it.
            insert into unsuccessful_kicks (kick_id, merchant_id, state) select @id, @merchant, @state where @state <> 'connected'
            """,
            new { id, merchant = _merchant.Value, state, at });
        return new KickId(id).ToString();
    }
}
