using CloudKick.Relay.Kicks;
using CloudKick.Testing;
using Dapper;
using Npgsql;

namespace CloudKick.Relay.Tests.Kicks;

/// <summary>
/// The whitelist that a kick is judged by is still true when the kick is committed: whoever changes an entry or a terminal and whoever
/// accepts a kick for it wait for each other, in whichever order they come, and nobody else waits.
/// </summary>
[CancelAfter(120_000)]
internal sealed class WhitelistAtCommitTests
{
    private const string RemoveEntry = "delete from whitelist_entries where terminal_id = @terminal";
    private const string EndEntry = "update whitelist_entries set enabled_until = clock_timestamp() where terminal_id = @terminal";
    private const string MoveTerminal = "update terminals set merchant_id = @butcher where terminal_id = @terminal";

    // What a test takes to keep an acceptance open after it has written everything.
    private const long KeepOpenLock = 4711;

    private KickWorld _world = null!;
    private KickStore _node = null!;

    [OneTimeSetUp]
    public async Task CreateWorld()
    {
        _world = await KickWorld.CreateAsync();
        _node = _world.Node("node-1");
        await _world.ExecuteAsync(
            $"""
            create function keep_open() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock_shared({KeepOpenLock}); return null; end';
            create trigger keep_open after insert on open_kicks for each statement execute function keep_open();
            """);
    }

    [OneTimeTearDown]
    public async Task DropWorld() => await _world.DisposeAsync();

    [TestCase(RemoveEntry)]
    [TestCase(EndEntry)]
    [TestCase(MoveTerminal)]
    public async Task Kick_waits_for_a_change_that_is_not_committed_and_is_then_refused(string change, CancellationToken cancellationToken)
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        await using var changing = await OpenTransaction.BeginAsync(_world, change, terminal);

        var accepting = KickWorld.AcceptAsync(_node, _world.Order(terminal), cancellationToken);
        await WaitUntilSomebodyWaitsForAsync(changing.ProcessId, accepting, cancellationToken);
        await changing.CommitAsync();

        Assert.That((await accepting).Verdict, Is.EqualTo(KickVerdict.NotWhitelisted));
        Assert.That(await KicksAsync(terminal), Is.Zero);
    }

    [Test]
    public async Task Kick_that_waited_for_a_change_that_was_taken_back_is_accepted(CancellationToken cancellationToken)
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        await using var changing = await OpenTransaction.BeginAsync(_world, RemoveEntry, terminal);

        var accepting = KickWorld.AcceptAsync(_node, _world.Order(terminal), cancellationToken);
        await WaitUntilSomebodyWaitsForAsync(changing.ProcessId, accepting, cancellationToken);
        await changing.RollbackAsync();

        Assert.That((await accepting).Verdict, Is.EqualTo(KickVerdict.Accepted));
    }

    [TestCase(RemoveEntry)]
    [TestCase(EndEntry)]
    [TestCase(MoveTerminal)]
    public async Task Change_waits_for_a_kick_that_is_not_committed(string change, CancellationToken cancellationToken)
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        await using var keeper = await OpenTransaction.BeginAsync(_world, $"select pg_advisory_xact_lock({KeepOpenLock})", terminal);
        var accepting = KickWorld.AcceptAsync(_node, _world.Order(terminal), cancellationToken);
        var acceptor = await WaitUntilSomebodyWaitsForAsync(keeper.ProcessId, accepting, cancellationToken);

        var changing = _world.ExecuteAsync(change, new { terminal, butcher = _world.Butcher.Value });
        await WaitUntilSomebodyWaitsForAsync(acceptor, changing, cancellationToken);
        Assert.That(await KicksAsync(terminal), Is.Zero, "not committed yet");
        await keeper.CommitAsync();
        await changing;

        // The change could end only because the kick had been committed.
        Assert.That((await accepting).Verdict, Is.EqualTo(KickVerdict.Accepted));
        Assert.That(await KicksAsync(terminal), Is.EqualTo(1));
        Assert.That((await KickWorld.AcceptAsync(_node, _world.Order(terminal), cancellationToken)).Verdict, Is.EqualTo(KickVerdict.NotWhitelisted));
    }

    [Test]
    public async Task Next_attempt_waits_for_a_change_that_is_not_committed_and_is_then_not_made(CancellationToken cancellationToken)
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        var kick = (await KickWorld.AcceptAsync(_node, _world.Order(terminal), cancellationToken)).Kick!.Value;
        await _world.LetLeaseLapseAsync(kick);
        await using var changing = await OpenTransaction.BeginAsync(_world, RemoveEntry, terminal);

        var claiming = KickWorld.ClaimAsync(_node, kick, cancellationToken);
        await WaitUntilSomebodyWaitsForAsync(changing.ProcessId, claiming, cancellationToken);
        await changing.CommitAsync();

        Assert.That(await claiming, Is.Null);
        Assert.That(await _world.StateAsync(kick), Is.EqualTo("failed"));
    }

    [Test]
    public async Task Kicks_of_other_terminals_and_other_merchants_do_not_wait(CancellationToken cancellationToken)
    {
        var changed = await _world.AddTerminalAsync(_world.Bakery);
        var ownOther = await _world.AddTerminalAsync(_world.Bakery);
        var butchers = await _world.AddTerminalAsync(_world.Butcher);
        await using var changing = await OpenTransaction.BeginAsync(_world, RemoveEntry, changed);

        var own = await KickWorld.AcceptAsync(_node, _world.Order(ownOther), cancellationToken);
        var others = await KickWorld.AcceptAsync(_node, _world.Order(butchers, _world.Butcher), cancellationToken);

        Assert.That((own.Verdict, others.Verdict), Is.EqualTo((KickVerdict.Accepted, KickVerdict.Accepted)));
    }

    private Task<long> KicksAsync(string terminal) => _world.ScalarAsync<long>("select count(*) from kicks where terminal_id = @terminal", new { terminal });

    /// <summary>Waits until PostgreSQL says that some session waits for that one.</summary>
    /// <param name="blocker">The session that is waited for.</param>
    /// <param name="waiting">What must wait: when it ends instead, the test fails at once.</param>
    /// <param name="cancellationToken">The test's.</param>
    /// <returns>The session that waits.</returns>
    private async Task<int> WaitUntilSomebodyWaitsForAsync(int blocker, Task waiting, CancellationToken cancellationToken)
    {
        var waiter = await Eventually.HoldsAsync(
            () => _world.ScalarAsync<int?>("select l.pid from pg_locks l where not l.granted and @blocker = any(pg_blocking_pids(l.pid)) limit 1", new { blocker }),
            pid => pid is not null || waiting.IsCompleted,
            cancellationToken);
        return waiter ?? throw new AssertionException($"It did not wait for session {blocker}: {waiting.Status}.");
    }

    /// <summary>A transaction in which one statement was carried out; rolled back unless it is committed.</summary>
    private sealed class OpenTransaction : IAsyncDisposable
    {
        private readonly NpgsqlConnection _connection;
        private readonly NpgsqlTransaction _transaction;

        private OpenTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction) => (_connection, _transaction) = (connection, transaction);

        public int ProcessId => _connection.ProcessID;

        public static async Task<OpenTransaction> BeginAsync(KickWorld world, string statement, string terminal)
        {
            var connection = await world.Database.Owner.OpenConnectionAsync();
            var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync(statement, new { terminal, butcher = world.Butcher.Value }, transaction);
            return new OpenTransaction(connection, transaction);
        }

        public Task CommitAsync() => _transaction.CommitAsync();

        public Task RollbackAsync() => _transaction.RollbackAsync();

        public async ValueTask DisposeAsync()
        {
            await _transaction.DisposeAsync();
            await _connection.DisposeAsync();
        }
    }
}
