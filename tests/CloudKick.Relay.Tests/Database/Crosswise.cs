using CloudKick.Relay.Tests.Terminals;
using CloudKick.Testing;
using Dapper;
using Npgsql;

namespace CloudKick.Relay.Tests.Database;

/// <summary>A transaction that stands in the way of some work of the relay's, as another one may at any time.</summary>
internal static class Crosswise
{
    private const string WaitingSql =
        """
        select exists (select from pg_locks l join pg_stat_activity a on a.pid = l.pid
                       where not l.granted and a.datname = current_database() and l.locktype in ('transactionid', 'tuple'))
        """;

    /// <summary>
    /// Locks one row, waits until the work waits for it, and then wants another row, which the work has: neither can go on. PostgreSQL ends
    /// whoever looks first, the work; on a very busy machine it may be the other one.
    /// </summary>
    /// <param name="shop">Whose database.</param>
    /// <param name="first">Locks the row that the work needs last.</param>
    /// <param name="second">Locks the row that the work has first.</param>
    /// <param name="parameters">Of both.</param>
    /// <param name="work">Begins the work.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>True when the work was ended; it is awaited in either case.</returns>
    public static async Task<bool> MeetAsync(Shop shop, string first, string second, object parameters, Func<Task> work, CancellationToken cancellationToken)
    {
        await using var superuser = NpgsqlDataSource.Create(shop.Database.SuperuserConnectionString);
        await using var other = await superuser.OpenConnectionAsync(cancellationToken);
        await other.ExecuteAsync("set deadlock_timeout = '20s'");
        await using var transaction = await other.BeginTransactionAsync(cancellationToken);
        await other.ExecuteAsync(first, parameters, transaction);
        var working = work();
        await WaitForWaiterAsync(shop, cancellationToken);

        var workWasEnded = true;
        try
        {
            await other.ExecuteAsync(second, parameters, transaction);
        }
        catch (PostgresException deadlock) when (deadlock.SqlState == PostgresErrorCodes.DeadlockDetected)
        {
            workWasEnded = false;
        }

        await transaction.RollbackAsync(cancellationToken);
        await working;
        return workWasEnded;
    }

    /// <summary>Completes when somebody waits for a row that another transaction has.</summary>
    public static async Task WaitForWaiterAsync(Shop shop, CancellationToken cancellationToken)
    {
        await using var superuser = NpgsqlDataSource.Create(shop.Database.SuperuserConnectionString);
        await using var observer = await superuser.OpenConnectionAsync(cancellationToken);
        await Eventually.BecomesAsync(() => observer.QuerySingleAsync<bool>(WaitingSql), true, cancellationToken);
    }
}
