using CloudKick.Testing;
using Npgsql;

namespace CloudKick.Relay.Tests.Database;

/// <summary>A table that nobody else can read until this is committed.</summary>
internal sealed class TableLock : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly string _table;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private TableLock(TestDatabase database, string table, NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (_database, _table, _connection, _transaction) = (database, table, connection, transaction);

    public static async Task<TableLock> TakeAsync(TestDatabase database, string table, CancellationToken cancellationToken)
    {
        var connection = await database.Owner.OpenConnectionAsync(cancellationToken);
        var taken = new TableLock(database, table, connection, await connection.BeginTransactionAsync(cancellationToken));
        await taken.ExecuteAsync($"lock table {table} in access exclusive mode", cancellationToken);
        return taken;
    }

    /// <summary>Runs a statement that others see when this is committed.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, _connection, _transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Completes when somebody waits for the table, and this long has passed since <paramref name="timestamp"/>.</summary>
    public async Task IsWaitedForAsync(TimeSpan passed, long timestamp, CancellationToken cancellationToken)
    {
        await IsWaitedForAsync(by: 1, cancellationToken);
        await Eventually.HoldsAsync(() => TimeProvider.System.GetElapsedTime(timestamp) > passed, cancellationToken);
    }

    /// <summary>Completes when so many wait for the table.</summary>
    public Task IsWaitedForAsync(int by, CancellationToken cancellationToken) => Eventually.HoldsAsync(
        async () =>
        {
            await using var command = _database.Owner.CreateCommand("select count(*) from pg_locks where relation = @table::regclass and not granted");
            command.Parameters.AddWithValue("table", _table);
            return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        },
        waiting => waiting >= by, cancellationToken);

    public Task CommitAsync(CancellationToken cancellationToken) => _transaction.CommitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
