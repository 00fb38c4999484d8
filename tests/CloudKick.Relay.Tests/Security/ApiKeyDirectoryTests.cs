using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Testing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Tests.Security;

/// <summary>What a node remembers of keys, on a real database.</summary>
[CancelAfter(120_000)]
internal sealed class ApiKeyDirectoryTests
{
    private readonly ManualTimeProvider _clock = new();
    private TestDatabase _database = null!;
    private string _keyId = null!;

    [SetUp]
    public async Task CreateKey()
    {
        _database = await TestDatabase.CreateAsync();
        var created = await new ApiKeys(new TenantDatabase(_database.Service)).CreateAsync(
            new NewApiKey(null, "test", "", [Scopes.PlatformAdmin]), Actor.Cli, CancellationToken.None);
        _keyId = created!.Key.KeyId;
    }

    [TearDown]
    public async Task DropDatabase() => await _database.DisposeAsync();

    [Test]
    public async Task Guessing_ids_is_remembered_within_bounds(CancellationToken cancellationToken)
    {
        var directory = Create(maximum: 100);

        for (var i = 0; i < 350; i++)
            await directory.FindAsync(ApiKeyToken.Generate("test").KeyId, cancellationToken);

        Assert.That(directory.Remembered, Is.LessThanOrEqualTo(100));
        Assert.That(await directory.FindAsync(_keyId, cancellationToken), Is.Not.Null);
    }

    [Test]
    public async Task A_key_in_use_is_no_newcomer_even_when_its_memory_is_old(CancellationToken cancellationToken)
    {
        var directory = Create();
        var unknown = ApiKeyToken.Generate("test").KeyId;
        var before = directory.IsNewcomer(_keyId);
        await directory.FindAsync(_keyId, cancellationToken);
        await directory.FindAsync(unknown, cancellationToken);

        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.That((before, directory.IsNewcomer(_keyId), directory.IsNewcomer(unknown)), Is.EqualTo((true, false, true)));
    }

    [Test]
    public async Task Without_a_database_nothing_old_is_trusted_and_with_it_all_is_well_at_once(CancellationToken cancellationToken)
    {
        var directory = Create();
        await directory.FindAsync(_keyId, cancellationToken);
        await LetLoginsInAsync(false, cancellationToken);

        var remembered = await directory.FindAsync(_keyId, cancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.That(async () => await directory.FindAsync(_keyId, cancellationToken), Throws.InstanceOf<NpgsqlException>());
        await LetLoginsInAsync(true, cancellationToken);

        Assert.That(remembered, Is.Not.Null);
        Assert.That(await directory.FindAsync(_keyId, cancellationToken), Is.Not.Null);
    }

    [Test]
    public async Task Many_who_ask_at_once_get_one_reading(CancellationToken cancellationToken)
    {
        var directory = Create();

        var found = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => directory.FindAsync(_keyId, cancellationToken).AsTask(), cancellationToken)));

        Assert.That(found.Distinct().Count(), Is.EqualTo(1), "each reading makes an object of its own");
    }

    [Test]
    public async Task A_key_in_use_is_read_again_in_good_time_and_nobody_waits_for_it(CancellationToken cancellationToken)
    {
        var directory = Create();
        var first = await directory.FindAsync(_keyId, cancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(3));

        var meanwhile = directory.FindAsync(_keyId, cancellationToken).AsTask();
        Assert.That(meanwhile.IsCompletedSuccessfully, Is.True);
        Assert.That(await meanwhile, Is.SameAs(first));
        await Eventually.HoldsAsync(async () => await directory.FindAsync(_keyId, cancellationToken), key => !ReferenceEquals(key, first), cancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(3.5));

        Assert.That(directory.FindAsync(_keyId, cancellationToken).AsTask().IsCompletedSuccessfully, Is.True, "its age counts from the second reading");
    }

    private ApiKeyDirectory Create(int maximum = 1000) =>
        new(new ApiKeyStore(_database.Service), Options.Create(new SecurityOptions { MaximumRememberedKeys = maximum }), _clock);

    private async Task LetLoginsInAsync(bool allowed, CancellationToken cancellationToken)
    {
        await using var superuser = NpgsqlDataSource.Create(_database.SuperuserConnectionString);
        await using var command = superuser.CreateCommand(
            $"alter database {_database.Name} connection limit {(allowed ? -1 : 0)}; "
            + $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{_database.Name}' and pid <> pg_backend_pid()");
        await command.ExecuteNonQueryAsync(cancellationToken);
        NpgsqlConnection.ClearPool(_database.Service.CreateConnection());
    }
}
