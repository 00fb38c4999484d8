using Npgsql;

namespace CloudKick.Relay.Database;

/// <summary>
/// The statements of one <see cref="TenantDatabase.InTransactionAsync{T}"/>: on one connection, one after the other. Not
/// thread-safe; of no use after the work has returned.
/// </summary>
public sealed class TenantTransaction
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly Tenant _tenant;

    internal TenantTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, Tenant tenant)
    {
        _connection = connection;
        _transaction = transaction;
        _tenant = tenant;
    }

    /// <inheritdoc cref="TenantDatabase.QueryAsync{T}"/>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        TenantStatement.QueryAsync<T>(_connection, _transaction, _tenant, sql, parameters, cancellationToken);

    /// <inheritdoc cref="TenantDatabase.QuerySingleOrDefaultAsync{T}"/>
    public Task<T?> QuerySingleOrDefaultAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        TenantStatement.QuerySingleOrDefaultAsync<T>(_connection, _transaction, _tenant, sql, parameters, cancellationToken);

    /// <inheritdoc cref="TenantDatabase.ExecuteAsync"/>
    public Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        TenantStatement.ExecuteAsync(_connection, _transaction, _tenant, sql, parameters, cancellationToken);
}
