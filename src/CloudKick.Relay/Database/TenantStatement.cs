using System.Globalization;
using Dapper;
using Npgsql;

namespace CloudKick.Relay.Database;

/// <summary>One statement behind its tenant's preamble; the preamble's result set is read and dropped.</summary>
internal static class TenantStatement
{
    public static async Task<IReadOnlyList<T>> QueryAsync<T>(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, Tenant tenant, string sql, object? parameters, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        await ReadAsync<T>(connection, transaction, tenant, sql, parameters, rows.Add, cancellationToken);
        return rows;
    }

    // Not with Dapper's grid: after an error that comes between two rows it asks for the next result, and the closed reader's complaint about
    // that takes the error's place; and it reads the columns of a row as they arrive, on a thread that waits for them.
    public static async Task ReadAsync<T>(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, Tenant tenant, string sql, object? parameters, Action<T> take,
        CancellationToken cancellationToken)
    {
        await using var reader = await connection.ExecuteReaderAsync(Command(transaction, tenant, sql, parameters, cancellationToken));
        await reader.NextResultAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
        {
            var parse = reader.GetRowParser<object?>(typeof(T));
            do
                take(As<T>(parse(reader)));
            while (await reader.ReadAsync(cancellationToken));
        }
        // What fails at the commit is told behind the rows.
        while (await reader.NextResultAsync(cancellationToken))
            continue;
    }

    public static async Task<T?> QuerySingleOrDefaultAsync<T>(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, Tenant tenant, string sql, object? parameters, CancellationToken cancellationToken)
    {
        T? single = default;
        var rows = 0;
        await ReadAsync<T>(connection, transaction, tenant, sql, parameters, Take, cancellationToken);
        return single;

        void Take(T row) => single = rows++ == 0 ? row : throw new InvalidOperationException("The statement has more than one row.");
    }

    public static Task<int> ExecuteAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, Tenant tenant, string sql, object? parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(Command(transaction, tenant, sql, parameters, cancellationToken));

    // As Dapper does: a number of another size, and nothing for null.
    private static T As<T>(object? value) => value switch
    {
        T already => already,
        null => default!,
        _ => (T)Convert.ChangeType(value, Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T), CultureInfo.InvariantCulture),
    };

    private static CommandDefinition Command(
        NpgsqlTransaction? transaction, Tenant tenant, string sql, object? parameters, CancellationToken cancellationToken) =>
        new(tenant.Prefix(sql), tenant.Prefix(parameters), transaction, cancellationToken: cancellationToken);
}
