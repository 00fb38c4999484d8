using Npgsql;

namespace CloudKick.Relay.Database;

/// <summary>
/// The one way to statements on tenant tables: each runs with its tenant set for exactly its own transaction, in one round trip.
/// Thread-safe; holds no connection between calls.
/// </summary>
/// <remarks>
/// SQL is one statement (it may have CTEs), with named parameters from an object's properties; the name <c>app_merchant_id</c> is
/// taken. Times out after <see cref="DatabaseOptions.CommandTimeout"/>; failures are Npgsql's exceptions, sorted by
/// <see cref="DatabaseFailure"/>.
/// </remarks>
public sealed class TenantDatabase(NpgsqlDataSource dataSource)
{
    /// <summary>All rows of the statement.</summary>
    public Task<IReadOnlyList<T>> QueryAsync<T>(Tenant tenant, string sql, object? parameters, CancellationToken cancellationToken) =>
        OnConnectionAsync(connection => TenantStatement.QueryAsync<T>(connection, null, tenant, sql, parameters, cancellationToken), cancellationToken);

    /// <summary>Hands over each row of the statement as it comes, so that of very many only what <paramref name="take"/> keeps is held.</summary>
    public async Task ReadAsync<T>(Tenant tenant, string sql, object? parameters, Action<T> take, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(take);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await TenantStatement.ReadAsync(connection, null, tenant, sql, parameters, take, cancellationToken);
    }

    /// <summary>The statement's only row, or default when there is none.</summary>
    /// <exception cref="InvalidOperationException">There is more than one row.</exception>
    public Task<T?> QuerySingleOrDefaultAsync<T>(Tenant tenant, string sql, object? parameters, CancellationToken cancellationToken) =>
        OnConnectionAsync(connection => TenantStatement.QuerySingleOrDefaultAsync<T>(connection, null, tenant, sql, parameters, cancellationToken), cancellationToken);

    /// <summary>Runs the statement; the number of rows it inserted, updated or deleted.</summary>
    public Task<int> ExecuteAsync(Tenant tenant, string sql, object? parameters, CancellationToken cancellationToken) =>
        OnConnectionAsync(connection => TenantStatement.ExecuteAsync(connection, null, tenant, sql, parameters, cancellationToken), cancellationToken);

    /// <summary>
    /// Several statements in one transaction (read committed): commits when <paramref name="work"/> returns, rolls back when it
    /// throws. Keep other waits out of it: it holds a pooled connection and its row locks.
    /// </summary>
    public Task<T> InTransactionAsync<T>(
        Tenant tenant, Func<TenantTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        return OnConnectionAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var result = await work(new TenantTransaction(connection, transaction, tenant), cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return result;
            },
            cancellationToken);
    }

    /// <inheritdoc cref="InTransactionAsync{T}"/>
    public Task InTransactionAsync(
        Tenant tenant, Func<TenantTransaction, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        return InTransactionAsync(
            tenant,
            async (transaction, token) =>
            {
                await work(transaction, token);
                return true;
            },
            cancellationToken);
    }

    private async Task<T> OnConnectionAsync<T>(Func<NpgsqlConnection, Task<T>> ask, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var standby = new StandbyWait(connection);
        var answer = await ask(connection);
        standby.ThrowIfCutShort();
        return answer;
    }
}
