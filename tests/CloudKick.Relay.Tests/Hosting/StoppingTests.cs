using CloudKick.Testing;
using Npgsql;

namespace CloudKick.Relay.Tests.Hosting;

/// <summary>Requests that take long, and a node that ends. What makes them take long is a lock on the table that they read.</summary>
[CancelAfter(120_000)]
internal sealed class StoppingTests
{
    private const string Merchants = "v1/admin/merchants";

    private TestDatabase _database = null!;

    [SetUp]
    public async Task CreateDatabase() => _database = await TestDatabase.CreateAsync();

    [TearDown]
    public async Task DropDatabase() => await _database.DisposeAsync();

    [Test]
    public async Task A_request_under_way_is_answered_before_the_node_stops(CancellationToken cancellationToken)
    {
        await using var relay = await RelayHost.StartAsync(_database, cancellationToken: cancellationToken);
        using var client = await relay.CreateAdminClientAsync();
        await client.AskAsync(Merchants, cancellationToken);
        await using var table = await LockMerchantsAsync(cancellationToken);
        var asking = client.AskAsync(Merchants, cancellationToken);
        await WaitForWaiterAsync(cancellationToken);

        var stopping = relay.StopAsync(cancellationToken);
        Assert.That(stopping.IsCompleted, Is.False);
        await table.DisposeAsync();

        Assert.That((int)(await asking).Status, Is.EqualTo(200));
        await stopping;
    }

    [Test]
    public async Task A_stopping_node_is_not_ready_and_still_answers_while_it_drains(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        var drain = TimeSpan.FromSeconds(7);
        await using var relay = await RelayHost.StartAsync(
            _database,
            new() { TimeProvider = clock, Settings = new Dictionary<string, string?> { ["CloudKick:Http:DrainDelay"] = $"{drain}" } },
            cancellationToken);
        using var client = await relay.CreateAdminClientAsync();

        var stopping = relay.StopAsync(cancellationToken);
        await clock.WaitForTimerAsync(drain, cancellationToken);
        var ready = await client.AskAsync("health/ready", cancellationToken);
        using var answered = await client.GetAsync(new Uri(Merchants, UriKind.Relative), cancellationToken);
        clock.Advance(drain);
        await stopping;

        Assert.That((int)ready.Status, Is.EqualTo(503));
        Assert.That((string?)ready.Json["checks"]!["node"]!["detail"], Is.EqualTo("stopping"));
        Assert.That((int)answered.StatusCode, Is.EqualTo(200));
        Assert.That(answered.Headers.ConnectionClose, Is.True, "the next request is to go to another node");
    }

    [Test]
    public async Task A_request_that_takes_too_long_is_given_up(CancellationToken cancellationToken)
    {
        await using var relay = await RelayHost.StartAsync(
            _database, new() { Settings = new Dictionary<string, string?> { ["CloudKick:Http:RequestTimeout"] = "00:00:01" } }, cancellationToken);
        using var client = await relay.CreateAdminClientAsync();
        await client.AskAsync(Merchants, cancellationToken);
        await using var table = await LockMerchantsAsync(cancellationToken);

        var answer = await client.AskAsync(Merchants, cancellationToken);

        Assert.That(answer.Verdict, Is.EqualTo((504, "timed-out")));
        Assert.That((bool)answer.Json["retrySafe"]!, Is.True);
    }

    private async Task<NpgsqlConnection> LockMerchantsAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_database.OwnerConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "begin; lock table merchants in access exclusive mode";
        await command.ExecuteNonQueryAsync(cancellationToken);
        return connection;
    }

    private async Task WaitForWaiterAsync(CancellationToken cancellationToken)
    {
        await using var superuser = NpgsqlDataSource.Create(_database.SuperuserConnectionString);
        await Eventually.BecomesAsync(
            async () =>
            {
                await using var command = superuser.CreateCommand("select exists (select from pg_locks where relation = 'merchants'::regclass and not granted)");
                return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
            },
            true,
            cancellationToken);
    }
}
