using System.Globalization;
using CloudKick.Relay.Database;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Terminals.States;
using CloudKick.Testing;
using Dapper;
using Npgsql;

namespace CloudKick.Relay.Tests.Terminals;

/// <summary>How many terminals there are of each kind over all merchants, as the database keeps it, against the terminals themselves.</summary>
[CancelAfter(120_000)]
internal sealed class TerminalCountsTests
{
    private const string PresenceSql = "select record_presence(@ids, @connected, @versions, @sessions, @at, @reasons, @addresses, @principals)";

    private Shop _shop = null!;
    private TerminalStates _states = null!;
    private long _version;

    [SetUp]
    public async Task OpenShop()
    {
        _shop = await Shop.OpenAsync();
        _states = new TerminalStates(_shop.Tenants);
        await _shop.AddTerminalAsync("COUNT1", _shop.Bakery, CancellationToken.None, new TerminalSettings { FirmwareVersion = "14.0.10.0", ConnectMode = ConnectMode.Both });
        await _shop.AddTerminalAsync("COUNT2", null, CancellationToken.None);
        await _shop.AddTerminalAsync("COUNT3", _shop.Butcher, CancellationToken.None);
    }

    [TearDown]
    public async Task CloseShop() => await _shop.DisposeAsync();

    [Test]
    public async Task They_are_right_after_whatever_changes_a_terminal(CancellationToken cancellationToken)
    {
        var registry = new TerminalRegistry(_shop.Tenants);
        Assert.That(await CountsAsync(cancellationToken), Is.EqualTo("3: 0 online, 0 offline, 3 never seen, 0 failing, 1 old, 1 on 1.0"));

        await PresenceAsync(true, cancellationToken, "COUNT1", "COUNT2");
        Assert.That(await CountsAsync(cancellationToken), Is.EqualTo("3: 2 online, 0 offline, 1 never seen, 0 failing, 1 old, 1 on 1.0"));

        await PresenceAsync(false, cancellationToken, "COUNT1");
        await PresenceAsync(false, cancellationToken, "COUNT1");
        await OwnerAsync("update terminal_states set failures_in_row = failures_in_row + 3 where terminal_id in ('COUNT1', 'COUNT3')");
        await OwnerAsync("update terminal_states set failures_in_row = failures_in_row + 1 where terminal_id in ('COUNT1', 'COUNT3')");
        Assert.That(await CountsAsync(cancellationToken), Is.EqualTo("3: 1 online, 1 offline, 1 never seen, 2 failing, 1 old, 1 on 1.0"));

        await RollUpAsync(cancellationToken);
        await registry.AssignAsync("COUNT1", null, Shop.Actor, cancellationToken);
        await registry.AssignAsync("COUNT1", _shop.Butcher, Shop.Actor, cancellationToken);
        Assert.That(await CountsAsync(cancellationToken), Is.EqualTo("3: 1 online, 1 offline, 1 never seen, 1 failing, 1 old, 1 on 1.0"), "failures stay with the merchant");

        await OwnerAsync("update terminals set firmware_version = '14.0.12.0', connect_mode = '2.0' where terminal_id = 'COUNT1'");
        await PresenceAsync(true, cancellationToken, "COUNT1", "COUNT3");
        Assert.That(await CountsAsync(cancellationToken), Is.EqualTo("3: 3 online, 0 offline, 0 never seen, 1 failing, 0 old, 0 on 1.0"));

        await OwnerAsync("delete from terminals where terminal_id = 'COUNT3'");
        await RollUpAsync(cancellationToken);
        Assert.That(await CountsAsync(cancellationToken), Is.EqualTo("2: 2 online, 0 offline, 0 never seen, 0 failing, 0 old, 0 on 1.0"));
        Assert.That(await RollUpAsync(cancellationToken), Is.EqualTo(1), "one row is left");
    }

    [Test]
    public async Task Changes_do_not_wait_for_each_other_and_what_is_taken_back_never_was(CancellationToken cancellationToken)
    {
        const string comesOnline = "set local lock_timeout = '5 s'; update terminal_states set presence = 'online' where terminal_id = ";
        await using var first = await _shop.Database.Owner.OpenConnectionAsync(cancellationToken);
        await using var second = await _shop.Database.Owner.OpenConnectionAsync(cancellationToken);
        await using var kept = await first.BeginTransactionAsync(cancellationToken);
        await using var takenBack = await second.BeginTransactionAsync(cancellationToken);

        await first.ExecuteAsync(comesOnline + "'COUNT1'", transaction: kept);
        await second.ExecuteAsync(comesOnline + "'COUNT2'", transaction: takenBack);
        await PresenceAsync(true, cancellationToken, "COUNT3");
        await RollUpAsync(cancellationToken);
        var meanwhile = await CountsAsync(cancellationToken);
        await kept.CommitAsync(cancellationToken);
        await takenBack.RollbackAsync(cancellationToken);

        Assert.That(meanwhile, Does.StartWith("3: 1 online, 0 offline, 2 never seen"));
        Assert.That(await CountsAsync(cancellationToken), Does.StartWith("3: 2 online, 0 offline, 1 never seen"));
    }

    [Test]
    public async Task A_merchant_is_not_told(CancellationToken cancellationToken)
    {
        var told = await _shop.Tenants.QueryAsync<long>(_shop.Bakery, "select terminals from count_all_terminals()", null, cancellationToken);

        Assert.That(told, Is.Empty);
        Assert.That(
            () => _shop.Tenants.QueryAsync<long>(Tenant.Platform, "select terminals from terminal_counts", null, cancellationToken),
            Throws.TypeOf<PostgresException>().With.Property(nameof(PostgresException.SqlState)).EqualTo(PostgresErrorCodes.InsufficientPrivilege));
    }

    [Test]
    public async Task What_an_earlier_release_stored_is_counted_when_it_is_upgraded(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateEmptyAsync(cancellationToken);
        var scripts = MigrationScripts.Embedded();
        var earlier = scripts.TakeWhile(script => !script.Name.EndsWith("_count_terminals.sql", StringComparison.Ordinal)).ToArray();
        await new Migrations(earlier).ApplyAsync(database.OwnerConnectionString, null, cancellationToken);
        await using (var owner = await database.Owner.OpenConnectionAsync(cancellationToken))
        {
            await owner.ExecuteAsync(
                """
                insert into terminals (terminal_id, management_system_id, thing_name, connect_mode)
                values ('OLD1', 'GrundmasterNL', 'OLD1', '2.0'), ('OLD2', 'GrundmasterNL', 'OLD2', 'both');
                insert into terminal_presence (terminal_id, connected, version_number, session_identifier, event_at) values ('OLD2', true, 1, 's', now());
                """);
        }

        await new Migrations(scripts).ApplyAsync(database.OwnerConnectionString, null, cancellationToken);

        var counted = await new TerminalStates(new TenantDatabase(database.Service)).CountAsync(null, cancellationToken);
        Assert.That(Describe(counted), Is.EqualTo("2: 1 online, 0 offline, 1 never seen, 0 failing, 0 old, 1 on 1.0"));
    }

    private async Task<string> CountsAsync(CancellationToken cancellationToken) => Describe(await _states.CountAsync(null, cancellationToken));

    private static string Describe(TerminalCounts counts) => string.Create(
        CultureInfo.InvariantCulture,
        $"{counts.All}: {counts.Online} online, {counts.Offline} offline, {counts.NeverSeen} never seen, {counts.Failing} failing, {counts.OldFirmware} old, {counts.CloudConnect1} on 1.0");

    private Task<int> PresenceAsync(bool connected, CancellationToken cancellationToken, params string[] ids)
    {
        var version = Interlocked.Increment(ref _version);
        return _shop.Tenants.ExecuteAsync(
            Tenant.Platform, PresenceSql,
            new
            {
                ids, connected = Each(connected), versions = Each(version), sessions = Each("s"), at = Each(TimeProvider.System.GetUtcNow().UtcDateTime),
                reasons = Each<string?>(null), addresses = Each<string?>(null), principals = Each<string?>(null),
            },
            cancellationToken);

        T[] Each<T>(T value) => [.. ids.Select(_ => value)];
    }

    private Task<long> RollUpAsync(CancellationToken cancellationToken) =>
        _shop.Tenants.QuerySingleOrDefaultAsync<long>(Tenant.Platform, "select roll_up_terminal_counts()", null, cancellationToken);

    private async Task OwnerAsync(string sql)
    {
        await using var owner = await _shop.Database.Owner.OpenConnectionAsync();
        await owner.ExecuteAsync(sql);
    }
}
