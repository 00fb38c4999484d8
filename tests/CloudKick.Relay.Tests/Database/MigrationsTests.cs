using CloudKick.Relay.Database;
using CloudKick.Testing;
using Dapper;
using Npgsql;

namespace CloudKick.Relay.Tests.Database;

[CancelAfter(120_000)]
internal sealed class MigrationsTests
{
    private static readonly Migration Shops = new("2026-01-01_01_create_shops.sql", "create table shops (name text primary key);\ninsert into shops values ('first');");
    private static readonly Migration Tills = new("2026-01-01_02_create_tills.sql", "create table tills (shop text references shops);\ninsert into tills select name from shops;");

    private TestDatabase _database = null!;

    [SetUp]
    public async Task CreateDatabase() => _database = await TestDatabase.CreateEmptyAsync(TestContext.CurrentContext.CancellationToken);

    [TearDown]
    public async Task DropDatabase() => await _database.DisposeAsync();

    [Test]
    public async Task Pending_files_are_applied_in_order(CancellationToken cancellationToken)
    {
        List<string> progress = [];

        var result = await new Migrations([Shops, Tills]).ApplyAsync(_database.OwnerConnectionString, migration => progress.Add(migration.Name), cancellationToken);

        Assert.That(result.Applied.Select(row => row.Name), Is.EqualTo(new[] { Shops.Name, Tills.Name }));
        Assert.That(result.Applied[0].Checksum, Is.EqualTo(Shops.Checksum));
        Assert.That(result.Applied[0].Duration, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(result.AlreadyApplied, Is.Zero);
        Assert.That(progress, Is.EqualTo(new[] { Shops.Name, Tills.Name }));
        Assert.That(await ScalarAsync<long>("select count(*) from tills"), Is.EqualTo(1));
    }

    [Test]
    public async Task Applying_twice_does_nothing_the_second_time(CancellationToken cancellationToken)
    {
        var migrations = new Migrations([Shops, Tills]);
        await migrations.ApplyAsync(_database.OwnerConnectionString, null, cancellationToken);

        var result = await migrations.ApplyAsync(_database.OwnerConnectionString, null, cancellationToken);

        Assert.That(result.Applied, Is.Empty);
        Assert.That(result.AlreadyApplied, Is.EqualTo(2));
        Assert.That(await ScalarAsync<long>("select count(*) from shops"), Is.EqualTo(1));
    }

    [Test]
    public async Task Nodes_that_start_at_once_apply_each_file_once(CancellationToken cancellationToken)
    {
        var slow = new Migration(Shops.Name, Shops.Sql + "\nselect pg_sleep(0.2);");
        var runs = Enumerable.Range(0, 6).Select(_ => new Migrations([slow, Tills]).ApplyAsync(_database.OwnerConnectionString, null, cancellationToken));

        var results = await Task.WhenAll(runs);

        Assert.That(results.Sum(result => result.Applied.Count), Is.EqualTo(2));
        Assert.That(results.Select(result => result.Applied.Count + result.AlreadyApplied), Is.All.EqualTo(2));
        Assert.That(await ScalarAsync<long>("select count(*) from tills"), Is.EqualTo(1));
    }

    [Test]
    public async Task Changed_old_file_is_refused_and_nothing_after_it_is_applied(CancellationToken cancellationToken)
    {
        await new Migrations([Shops]).ApplyAsync(_database.OwnerConnectionString, null, cancellationToken);
        var changed = new Migration(Shops.Name, Shops.Sql + " -- better");

        Assert.That(
            () => new Migrations([changed, Tills]).ApplyAsync(_database.OwnerConnectionString, null, cancellationToken),
            Throws.TypeOf<MigrationException>().With.Message.Contains(Shops.Checksum).And.Message.Contains(changed.Checksum));
        Assert.That(await ScalarAsync<bool>("select to_regclass('tills') is null"), Is.True);
    }

    [Test]
    public async Task Failing_file_leaves_nothing_and_says_why(CancellationToken cancellationToken)
    {
        var failing = new Migration(Tills.Name, "create table tills (shop text);\n\ninsert into tills values (no_such_column);\ncreate table later ();");

        var failure = Assert.ThrowsAsync<MigrationException>(
            () => new Migrations([Shops, failing]).ApplyAsync(_database.OwnerConnectionString, null, cancellationToken));

        Assert.That(failure!.Message, Does.StartWith($"{Tills.Name}: column \"no_such_column\" does not exist (42703)."));
        Assert.That(await ScalarAsync<bool>("select to_regclass('tills') is null"), Is.True);
        Assert.That(await ScalarAsync<string>("select string_agg(name, ',') from schema_migrations"), Is.EqualTo(Shops.Name));
    }

    [Test]
    public async Task Database_that_is_ahead_is_told_and_not_refused(CancellationToken cancellationToken)
    {
        await new Migrations([Shops, Tills]).ApplyAsync(_database.OwnerConnectionString, null, cancellationToken);

        var result = await new Migrations([Shops]).ApplyAsync(_database.OwnerConnectionString, null, cancellationToken);

        Assert.That(result.Applied, Is.Empty);
        Assert.That(result.Ahead, Is.EqualTo(new[] { Tills.Name }));
    }

    [Test]
    public async Task Runner_that_waits_too_long_for_another_says_so(CancellationToken cancellationToken)
    {
        await using var other = await _database.Owner.OpenConnectionAsync(cancellationToken);
        await other.ExecuteAsync("select pg_advisory_lock(@key)", new { key = Migrations.LockKey });
        var timeouts = new MigrationTimeouts { Lock = TimeSpan.FromMilliseconds(100) };

        Assert.That(
            () => new Migrations([Shops], timeouts).ApplyAsync(_database.OwnerConnectionString, null, cancellationToken),
            Throws.TypeOf<MigrationException>().With.Message.Contains("Another process"));
    }

    [Test]
    public async Task Service_role_can_compare_but_not_record(CancellationToken cancellationToken)
    {
        await new Migrations([Shops]).ApplyAsync(_database.OwnerConnectionString, null, cancellationToken);

        var plan = await new Migrations([Shops, Tills]).CompareAsync(_database.Service, cancellationToken);

        Assert.That(plan.Pending, Is.EqualTo(new[] { Tills }));
        await using var service = await _database.Service.OpenConnectionAsync(cancellationToken);
        Assert.That(
            () => service.ExecuteAsync("delete from schema_migrations"),
            Throws.TypeOf<PostgresException>().With.Property(nameof(PostgresException.SqlState)).EqualTo(PostgresErrorCodes.InsufficientPrivilege));
    }

    [Test]
    public async Task Comparing_with_an_empty_database_finds_everything_pending(CancellationToken cancellationToken)
    {
        var plan = await new Migrations([Shops, Tills]).CompareAsync(_database.Service, cancellationToken);

        Assert.That(plan.Pending, Has.Count.EqualTo(2));
    }

    private async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = await _database.Owner.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql);
    }
}
