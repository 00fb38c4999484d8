using CloudKick.Relay.Database;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Whitelist;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Terminals;

/// <summary>A database with two merchants in it, and short ways to give them terminals and kicks.</summary>
internal sealed class Shop : IAsyncDisposable
{
    public static readonly Actor Actor = new("key:test", "192.0.2.7");

    private Shop(TestDatabase database) => (Database, Tenants) = (database, new TenantDatabase(database.Service));

    public TestDatabase Database { get; }

    public TenantDatabase Tenants { get; }

    public MerchantId Bakery { get; private set; }

    public MerchantId Butcher { get; private set; }

    public static async Task<Shop> OpenAsync(CancellationToken cancellationToken = default)
    {
        var shop = new Shop(await TestDatabase.CreateAsync(cancellationToken));
        shop.Bakery = await shop.AddMerchantAsync("Bakery", cancellationToken);
        shop.Butcher = await shop.AddMerchantAsync("Butcher", cancellationToken);
        return shop;
    }

    public async Task<MerchantId> AddMerchantAsync(string name, CancellationToken cancellationToken)
    {
        var id = MerchantId.New(TimeProvider.System);
        await Tenants.ExecuteAsync(
            Tenant.Platform, "insert into merchants (merchant_id, name) values (@id, @name)", new { id = id.Value, name }, cancellationToken);
        return id;
    }

    /// <summary>Registers a terminal.</summary>
    public async Task AddTerminalAsync(string terminalId, MerchantId? merchant, CancellationToken cancellationToken, TerminalSettings? settings = null)
    {
        var outcome = await new TerminalRegistry(Tenants).AddAsync(
            new NewTerminal(terminalId, "GrundmasterNL") { Merchant = merchant, Settings = settings ?? new() }, Actor, cancellationToken);
        Assert.That(outcome, Is.EqualTo(TerminalOutcome.Done));
    }

    /// <summary>Registers a terminal, whitelists it and opens a kick for it, which is not published.</summary>
    public async Task<KickId> AddKickedTerminalAsync(string terminalId, MerchantId merchant, CancellationToken cancellationToken)
    {
        await AddTerminalAsync(terminalId, merchant, cancellationToken);
        await new MerchantWhitelist(Tenants).PutAsync(merchant, new WhitelistSetting(terminalId), Actor, cancellationToken);
        return await KickAsync(terminalId, merchant, cancellationToken);
    }

    public async Task<KickId> KickAsync(string terminalId, MerchantId merchant, CancellationToken cancellationToken, int seconds = 30)
    {
        var id = await Tenants.QuerySingleOrDefaultAsync<Guid>(
            Tenant.Platform,
            """
            select kick_id from accept_kicks(
                array[@merchant], array['test'], array[@terminalId], array['GrundmasterNL'], array['OPI_NL'], array[null]::text[], array[@seconds],
                array[true], array[null]::text[], array[null]::bytea[], array[null]::text[], array[false], 'test', interval '10 s', interval '5 s')
            """,
            new { merchant = merchant.Value, terminalId, seconds },
            cancellationToken);
        Assert.That(id, Is.Not.EqualTo(Guid.Empty), "the kick was not accepted");
        return new KickId(id);
    }

    /// <summary>Who did what to what, as the audit log of a merchant (null: the platform) has it, oldest first.</summary>
    public Task<IReadOnlyList<string>> AuditAsync(MerchantId? merchant, string subject, CancellationToken cancellationToken) =>
        Tenants.QueryAsync<string>(
            Tenant.Platform,
            """
            select actor || ' ' || coalesce(origin, 'nowhere') || ' ' || action from audit_log
            where merchant_id is not distinct from @merchant::uuid and subject = @subject
            order by chain_index
            """,
            new { merchant = merchant?.Value, subject },
            cancellationToken);

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
