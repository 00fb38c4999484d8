using Dapper;
using Npgsql;

namespace CloudKick.Relay.Database;

/// <summary>One statement behind its tenant's preamble; the preamble's result set is read and dropped.</summary>
internal static class TenantStatement
{
    public static async Task<IReadOnlyList<T>> QueryAsync<T>(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, Tenant tenant, string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var results = await connection.QueryMultipleAsync(Command(transaction, tenant, sql, parameters, cancellationToken));
        await results.ReadSingleAsync<string>();
        return (await results.ReadAsync<T>()).AsList();
    }

    public static async Task ReadAsync<T>(
        NpgsqlConnection connection, Tenant tenant, string sql, object? parameters, Action<T> take, CancellationToken cancellationToken)
    {
        await using var results = await connection.QueryMultipleAsync(Command(null, tenant, sql, parameters, cancellationToken));
        await results.ReadSingleAsync<string>();
        await foreach (var row in results.ReadUnbufferedAsync<T>().WithCancellation(cancellationToken))
            take(row);
    }

    public static async Task<T?> QuerySingleOrDefaultAsync<T>(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, Tenant tenant, string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var results = await connection.QueryMultipleAsync(Command(transaction, tenant, sql, parameters, cancellationToken));
        await results.ReadSingleAsync<string>();
        return await results.ReadSingleOrDefaultAsync<T>();
    }

    public static Task<int> ExecuteAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, Tenant tenant, string sql, object? parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(Command(transaction, tenant, sql, parameters, cancellationToken));

    private static CommandDefinition Command(
        NpgsqlTransaction? transaction, Tenant tenant, string sql, object? parameters, CancellationToken cancellationToken) =>
        new(tenant.Prefix(sql), tenant.Prefix(parameters), transaction, cancellationToken: cancellationToken);
}
