using CloudKick.Relay.Database;
using CloudKick.Testing;
using Dapper;
using Npgsql;

namespace CloudKick.Relay.Tests.Database;

[CancelAfter(120_000)]
internal sealed class TenantDatabaseTests
{
    private const string SettingsSql =
        "select nullif(current_setting('app.merchant_id', true), '') as merchant, nullif(current_setting('app.platform', true), '') as platform";

    private static readonly MerchantId Bakery = MerchantId.New(TimeProvider.System);
    private static readonly MerchantId Butcher = MerchantId.New(TimeProvider.System);

    private TestDatabase _database = null!;
    private NpgsqlDataSource _oneConnection = null!;
    private TenantDatabase _tenants = null!;

    [OneTimeSetUp]
    public async Task CreateDatabase()
    {
        _database = await TestDatabase.CreateAsync();
        // One connection, and no reset when it goes back to the pool (as behind a transaction pooler): what one statement leaves
        // behind, the next one would find.
        _oneConnection = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(_database.ServiceConnectionString) { MaxPoolSize = 1, NoResetOnClose = true }.ConnectionString);
        _tenants = new TenantDatabase(_oneConnection);
        foreach (var (merchant, name) in new[] { (Bakery, "Bakery"), (Butcher, "Butcher") })
        {
            await _tenants.ExecuteAsync(
                Tenant.Platform,
                "insert into merchants (merchant_id, name) values (@id, @name)",
                new { id = merchant.Value, name },
                CancellationToken.None);
        }
    }

    [OneTimeTearDown]
    public async Task DropDatabase()
    {
        await _oneConnection.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Merchant_sees_its_own_rows_alone(CancellationToken cancellationToken)
    {
        var seen = await _tenants.QueryAsync<string>(Bakery, "select name from merchants", null, cancellationToken);

        Assert.That(seen, Is.EqualTo(new[] { "Bakery" }));
    }

    [Test]
    public async Task Platform_sees_every_merchant(CancellationToken cancellationToken)
    {
        var seen = await _tenants.QueryAsync<string>(Tenant.Platform, "select name from merchants order by name", null, cancellationToken);

        Assert.That(seen, Is.EqualTo(new[] { "Bakery", "Butcher" }));
    }

    [Test]
    public async Task Without_a_tenant_nothing_is_seen(CancellationToken cancellationToken)
    {
        await using var connection = await _oneConnection.OpenConnectionAsync(cancellationToken);

        Assert.That(await connection.QueryAsync<string>("select name from merchants"), Is.Empty);
    }

    [Test]
    public async Task Row_of_another_merchant_is_not_found_by_its_key(CancellationToken cancellationToken)
    {
        var seen = await _tenants.QuerySingleOrDefaultAsync<string>(
            Bakery, "select name from merchants where merchant_id = @id", new { id = Butcher.Value }, cancellationToken);

        Assert.That(seen, Is.Null);
    }

    [Test]
    public async Task Row_of_another_merchant_cannot_be_changed(CancellationToken cancellationToken)
    {
        var changed = await _tenants.ExecuteAsync(
            Bakery, "update merchants set name = name where merchant_id = any(@ids)", new { ids = new[] { Bakery.Value, Butcher.Value } }, cancellationToken);

        Assert.That(changed, Is.EqualTo(1));
    }

    [Test]
    public async Task Tenant_is_gone_after_the_statement(CancellationToken cancellationToken)
    {
        var during = await _tenants.QuerySingleOrDefaultAsync<Settings>(Bakery, SettingsSql, null, cancellationToken);

        Assert.That(during, Is.EqualTo(new Settings { Merchant = Bakery.ToString(), Platform = null }));
        Assert.That(await SettingsOfNextUserAsync(cancellationToken), Is.EqualTo(Settings.None));
    }

    [Test]
    public async Task Platform_is_gone_after_the_statement(CancellationToken cancellationToken)
    {
        var during = await _tenants.QuerySingleOrDefaultAsync<Settings>(Tenant.Platform, SettingsSql, null, cancellationToken);

        Assert.That(during, Is.EqualTo(new Settings { Merchant = null, Platform = "on" }));
        Assert.That(await SettingsOfNextUserAsync(cancellationToken), Is.EqualTo(Settings.None));
    }

    [Test]
    public async Task Tenant_is_gone_after_a_statement_that_failed(CancellationToken cancellationToken)
    {
        Assert.That(() => _tenants.ExecuteAsync(Bakery, "select 1 / 0", null, cancellationToken), Throws.TypeOf<PostgresException>());

        Assert.That(await SettingsOfNextUserAsync(cancellationToken), Is.EqualTo(Settings.None));
    }

    [Test]
    public void Error_between_two_rows_is_told_as_what_it_is(CancellationToken cancellationToken)
    {
        const string SecondRowFails = "select 1 / (2 - n) from generate_series(1, 3) n";

        Assert.That(
            async () => await _tenants.QueryAsync<int>(Tenant.Platform, SecondRowFails, null, cancellationToken),
            Throws.TypeOf<PostgresException>().With.Property(nameof(PostgresException.SqlState)).EqualTo(PostgresErrorCodes.DivisionByZero));
        Assert.That(
            async () => await _tenants.ReadAsync<int>(Tenant.Platform, SecondRowFails, null, _ => { }, cancellationToken),
            Throws.TypeOf<PostgresException>().With.Property(nameof(PostgresException.SqlState)).EqualTo(PostgresErrorCodes.DivisionByZero));
    }

    [Test]
    public async Task Rows_of_one_value_may_be_null_or_of_another_size(CancellationToken cancellationToken)
    {
        const string Values = "select n from (values (7), (null)) v (n)";

        Assert.That(await _tenants.QueryAsync<long?>(Tenant.Platform, Values, null, cancellationToken), Is.EqualTo(new long?[] { 7, null }));
    }

    [Test]
    public async Task Statement_takes_one_round_trip_on_a_pooled_connection(CancellationToken cancellationToken)
    {
        await using var proxy = RoundTripCounter.Start(_database.ServiceConnectionString);
        await using var dataSource = NpgsqlDataSource.Create(proxy.ConnectionString);
        var tenants = new TenantDatabase(dataSource);
        await tenants.QueryAsync<string>(Bakery, "select name from merchants", null, cancellationToken);
        var before = proxy.RoundTrips;

        await tenants.QueryAsync<string>(Butcher, "select name from merchants", null, cancellationToken);
        await tenants.ExecuteAsync(Butcher, "update merchants set name = name", null, cancellationToken);

        Assert.That(proxy.RoundTrips - before, Is.EqualTo(2));
    }

    [Test]
    public async Task Transaction_keeps_its_tenant_and_commits(CancellationToken cancellationToken)
    {
        var inside = await _tenants.InTransactionAsync(
            Bakery,
            async (transaction, token) =>
            {
                await transaction.ExecuteAsync("update merchants set name = 'Bakery & Sons'", null, token);
                var renamed = await transaction.QuerySingleOrDefaultAsync<string>("select name from merchants", null, token);
                await transaction.ExecuteAsync("update merchants set name = 'Bakery'", null, token);
                return (renamed, await transaction.QueryAsync<Settings>(SettingsSql, null, token));
            },
            cancellationToken);

        Assert.That(inside.renamed, Is.EqualTo("Bakery & Sons"));
        Assert.That(inside.Item2, Is.EqualTo(new[] { new Settings { Merchant = Bakery.ToString(), Platform = null } }));
        Assert.That(await SettingsOfNextUserAsync(cancellationToken), Is.EqualTo(Settings.None));
    }

    [Test]
    public async Task Transaction_that_throws_leaves_nothing(CancellationToken cancellationToken)
    {
        Assert.That(
            () => _tenants.InTransactionAsync(
                Butcher,
                async (transaction, token) =>
                {
                    await transaction.ExecuteAsync("update merchants set name = 'Vandal'", null, token);
                    throw new InvalidOperationException("second thoughts");
                },
                cancellationToken),
            Throws.InvalidOperationException);

        Assert.That(
            await _tenants.QueryAsync<string>(Butcher, "select name from merchants", null, cancellationToken),
            Is.EqualTo(new[] { "Butcher" }));
    }

    [Test]
    public void Statement_for_nobody_is_refused(CancellationToken cancellationToken)
    {
        Assert.That(() => _tenants.QueryAsync<string>(default(Tenant), "select 1", null, cancellationToken), Throws.InvalidOperationException);
        Assert.That(() => _tenants.QueryAsync<string>(default(MerchantId), "select 1", null, cancellationToken), Throws.ArgumentException);
    }

    private async Task<Settings?> SettingsOfNextUserAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _oneConnection.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<Settings>(new CommandDefinition(SettingsSql, cancellationToken: cancellationToken));
    }

    private sealed record Settings
    {
        public static Settings None { get; } = new() { Merchant = null, Platform = null };

        public required string? Merchant { get; init; }

        public required string? Platform { get; init; }
    }
}
