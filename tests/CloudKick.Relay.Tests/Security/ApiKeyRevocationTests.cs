using System.Net;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Testing;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CloudKick.Relay.Tests.Security;

/// <summary>Two nodes on one database: what one is told, the other must know.</summary>
[CancelAfter(120_000)]
internal sealed class ApiKeyRevocationTests
{
    private const string AnyAdminCall = "v1/admin/merchants";

    private TestDatabase _database = null!;

    [SetUp]
    public async Task CreateDatabase() => _database = await TestDatabase.CreateAsync();

    [TearDown]
    public async Task DropDatabase() => await _database.DisposeAsync();

    [Test]
    public async Task A_revoked_key_stops_on_another_node_as_soon_as_it_hears_of_it(CancellationToken cancellationToken)
    {
        // The clock stands still: nothing that the other node remembers grows old.
        await using var one = await RelayHost.StartAsync(_database, cancellationToken: cancellationToken);
        await using var other = await RelayHost.StartAsync(_database, new() { TimeProvider = new FrozenTimestamps() }, cancellationToken);
        var key = await one.CreateKeyAsync(null, Scopes.PlatformAdmin);
        using var client = other.CreateClient(key.Token);
        var before = await StatusAsync(client, cancellationToken);

        await one.Services.GetRequiredService<ApiKeys>().RevokeAsync(key.Key.KeyId, Actor.Cli, cancellationToken);

        Assert.That(before, Is.EqualTo(HttpStatusCode.OK));
        await Eventually.BecomesAsync(async () => await StatusAsync(client, cancellationToken), HttpStatusCode.Unauthorized, cancellationToken);
    }

    [Test]
    public async Task A_revoked_key_stops_within_its_memory_on_a_node_that_hears_nothing(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        await SilenceAsync();
        await using var one = await RelayHost.StartAsync(_database, cancellationToken: cancellationToken);
        await using var other = await RelayHost.StartAsync(_database, new() { TimeProvider = clock }, cancellationToken);
        await other.Services.GetRequiredService<DatabaseNotifications>().Listening;
        var key = await one.CreateKeyAsync(null, Scopes.PlatformAdmin);
        using var client = other.CreateClient(key.Token);
        await StatusAsync(client, cancellationToken);

        await one.Services.GetRequiredService<ApiKeys>().RevokeAsync(key.Key.KeyId, Actor.Cli, cancellationToken);
        clock.Advance(TimeSpan.FromSeconds(3.9));
        var remembered = await StatusAsync(client, cancellationToken);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        var after = await StatusAsync(client, cancellationToken);

        Assert.That((remembered, after), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.Unauthorized)));
    }

    [Test]
    public async Task A_revoked_key_stops_within_its_memory_on_a_node_that_lost_its_listening_connection(CancellationToken cancellationToken)
    {
        // The clock stands still, and with it the pause before the node listens again.
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        await using var other = await RelayHost.StartAsync(_database, new() { TimeProvider = clock }, cancellationToken);
        await other.Services.GetRequiredService<DatabaseNotifications>().Listening;
        var cut = await CutListenersAsync(cancellationToken);
        await using var one = await RelayHost.StartAsync(_database, cancellationToken: cancellationToken);
        var key = await one.CreateKeyAsync(null, Scopes.PlatformAdmin);
        using var client = other.CreateClient(key.Token);
        await StatusAsync(client, cancellationToken);

        await one.Services.GetRequiredService<ApiKeys>().RevokeAsync(key.Key.KeyId, Actor.Cli, cancellationToken);
        var remembered = await StatusAsync(client, cancellationToken);
        clock.Advance(TimeSpan.FromSeconds(4));
        var after = await StatusAsync(client, cancellationToken);

        Assert.That(cut, Is.GreaterThan(0));
        Assert.That((remembered, after), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.Unauthorized)));
    }

    [Test]
    public async Task A_disabled_merchants_keys_stop_and_work_again_when_it_is_enabled(CancellationToken cancellationToken)
    {
        await using var one = await RelayHost.StartAsync(_database, new() { TimeProvider = new FrozenTimestamps() }, cancellationToken);
        var merchant = await one.AddMerchantAsync(cancellationToken: cancellationToken);
        using var client = await one.CreateClientAsync(merchant, Scopes.KicksRead);
        using var admin = await one.CreateAdminClientAsync();
        var before = await StatusAsync(client, cancellationToken);

        await admin.PostAsync(new Uri($"v1/admin/merchants/{merchant}/disable", UriKind.Relative), null, cancellationToken);
        await Eventually.BecomesAsync(async () => await StatusAsync(client, cancellationToken), HttpStatusCode.Unauthorized, cancellationToken);
        await admin.PostAsync(new Uri($"v1/admin/merchants/{merchant}/enable", UriKind.Relative), null, cancellationToken);
        await Eventually.BecomesAsync(async () => await StatusAsync(client, cancellationToken), HttpStatusCode.Forbidden, cancellationToken);

        Assert.That(before, Is.EqualTo(HttpStatusCode.Forbidden), "the key is good, its scope is not this call's");
    }

    [Test]
    public async Task An_expired_key_is_refused_although_it_is_remembered(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        await using var relay = await RelayHost.StartAsync(_database, new() { TimeProvider = clock }, cancellationToken);
        var key = await relay.Services.GetRequiredService<ApiKeys>().CreateAsync(
            new NewApiKey(null, "test", "for a second", [Scopes.PlatformAdmin], clock.GetUtcNow() + TimeSpan.FromSeconds(1)), Actor.Cli, cancellationToken);
        using var client = relay.CreateClient(key!.Token);

        var before = await StatusAsync(client, cancellationToken);
        clock.Advance(TimeSpan.FromSeconds(1));
        var after = await StatusAsync(client, cancellationToken);

        Assert.That((before, after), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.Unauthorized)));
    }

    // What listened last said so, or asked whether its connection is still there.
    private async Task<int> CutListenersAsync(CancellationToken cancellationToken)
    {
        await using var superuser = NpgsqlDataSource.Create(_database.SuperuserConnectionString);
        await using var command = superuser.CreateCommand(
            "select count(pg_terminate_backend(pid, 10000))::int from pg_stat_activity where datname = current_database() and (query like 'listen %' or query = 'select 1')");
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task SilenceAsync()
    {
        await using var owner = await _database.Owner.OpenConnectionAsync();
        await owner.ExecuteAsync("drop trigger announce_change on api_keys");
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(new Uri(AnyAdminCall, UriKind.Relative), cancellationToken);
        return response.StatusCode;
    }

    /// <summary>Timers run; timestamps, by which memories grow old, do not move.</summary>
    private sealed class FrozenTimestamps : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
