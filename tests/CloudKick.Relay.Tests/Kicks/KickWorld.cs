using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Publishing;
using CloudKick.Relay.Security;
using CloudKick.Testing;
using Dapper;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Tests.Kicks;

/// <summary>A database with two merchants and terminals on their whitelists, and nodes that kick them.</summary>
internal sealed class KickWorld : IAsyncDisposable
{
    public const string OfBakery = "NL000001";
    public const string OfButcher = "NL000002";
    private int _terminals;

    private KickWorld(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    public MerchantId Bakery { get; } = MerchantId.New(TimeProvider.System);

    public MerchantId Butcher { get; } = MerchantId.New(TimeProvider.System);

    public static async Task<KickWorld> CreateAsync()
    {
        var world = new KickWorld(await TestDatabase.CreateAsync());
        await using var connection = await world.Database.Owner.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "insert into merchants (merchant_id, name) values (@bakery, 'Bakery'), (@butcher, 'Butcher')",
            new { bakery = world.Bakery.Value, butcher = world.Butcher.Value });
        await world.AddTerminalAsync(world.Bakery, OfBakery);
        await world.AddTerminalAsync(world.Butcher, OfButcher);
        return world;
    }

    public async Task<string> AddTerminalAsync(MerchantId merchant, string? id = null, string connectMode = "2.0", bool whitelisted = true)
    {
        var terminal = id ?? $"T{Interlocked.Increment(ref _terminals)}";
        await ExecuteAsync(
            "insert into terminals (terminal_id, merchant_id, management_system_id, thing_name, connect_mode) values (@terminal, @merchant, 'GrundmasterNL', @terminal, @connectMode)",
            new { terminal, merchant = merchant.Value, connectMode });
        if (whitelisted)
            await ExecuteAsync("insert into whitelist_entries (merchant_id, terminal_id) values (@merchant, @terminal)", new { merchant = merchant.Value, terminal });
        return terminal;
    }

    public KickStore Node(string name, TimeSpan? lease = null, int retentionDays = 400) => new(
        Database.Service, new KickConnections(Database.Service, Database.Service), new NodeIdentity(name), Options.Create(new DatabaseOptions()),
        Options.Create(new KickOptions { Lease = lease ?? TimeSpan.FromSeconds(30), RetentionDays = retentionDays }), Options.Create(new NodeOptions()),
        TimeProvider.System);

    public KickOrder Order(string terminal, MerchantId? merchant = null) => new()
    {
        Merchant = merchant ?? Bakery,
        ApiKeyId = "testtesttest",
        TerminalId = terminal,
        ManagementSystemId = "GrundmasterNL",
        AccessProtocol = "OPI_NL",
        TtlSeconds = 30,
        Fingerprint = new byte[32],
    };

    public Task<bool?> CancelAsync(MerchantId merchant, KickId kick) =>
        new KickCancellation(new TenantDatabase(Database.Service), new NodeIdentity("node-1")).CancelAsync(merchant, kick, Actor.Cli, CancellationToken.None);

    public async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.Owner.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    public async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await Database.Owner.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, parameters);
    }

    public Task<string> StateAsync(KickId kick) => ScalarAsync<string>("select state from kicks where kick_id = @kick", new { kick = kick.Value });

    public Task<string> BrokerOutcomeAsync(KickId kick) =>
        ScalarAsync<string>("select broker_outcome from kicks where kick_id = @kick", new { kick = kick.Value });

    public static async Task<KickDecision> AcceptAsync(KickStore node, KickOrder order, CancellationToken cancellationToken = default) =>
        (await node.AcceptAsync([order], cancellationToken))[0];

    /// <summary>A kick to a terminal of the bakery's that is new as well.</summary>
    public async Task<KickId> AcceptNewAsync(KickStore node) => (await AcceptAsync(node, Order(await AddTerminalAsync(Bakery)))).Kick!.Value;

    /// <summary>Has the node claim what is due; null when this kick is not among it.</summary>
    public static async Task<(KickAttempt Attempt, bool TakenOver)?> ClaimAsync(KickStore node, KickId kick, CancellationToken cancellationToken = default)
    {
        foreach (var claim in await node.ClaimDueAsync(100, cancellationToken))
        {
            if (claim.Attempt.Kick == kick)
                return claim;
        }
        return null;
    }

    public Task RecordPublishedAsync(KickId kick, int attempt, string node) =>
        ExecuteAsync("select record_published(array[@kick], array[@attempt], @node)", new { kick = kick.Value, attempt, node });

    public Task PresenceAsync(string terminal, bool connected, long version) => ExecuteAsync(
        "select record_presence(array[@terminal], array[@connected], array[@version], array['s'], array[now()], array[null::text], array[null::text])",
        new { terminal, connected, version });

    /// <summary>Moves a kick's deadline into the past, as if its time had gone by.</summary>
    public Task LetExpireAsync(KickId kick) =>
        ExecuteAsync("update open_kicks set expires_at = clock_timestamp() where kick_id = @kick", new { kick = kick.Value });

    /// <summary>Lets a kick's lease lapse, as if its node had been silent.</summary>
    public Task LetLeaseLapseAsync(KickId kick) =>
        ExecuteAsync("update open_kicks set lease_until = clock_timestamp() where kick_id = @kick", new { kick = kick.Value });

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
