using System.Text;
using CloudKick.Testing;
using Dapper;
using Npgsql;

namespace CloudKick.EndToEnd.Tests.Canaries;

/// <summary>Looks for texts in every column of every table, behind row level security.</summary>
internal static class DatabaseWitness
{
    private const string ColumnsSql =
        """
        select c.relname as TableName, a.attname as ColumnName
        from pg_attribute a
        join pg_class c on c.oid = a.attrelid
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0 and not a.attisdropped
        order by 1, 2
        """;

    /// <summary>Every column, of tables and of partitioned ones as a whole.</summary>
    public static async Task<IReadOnlyList<(string Table, string Column)>> ColumnsAsync(TestDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(database.SuperuserConnectionString);
        return [.. await connection.QueryAsync<(string, string)>(new CommandDefinition(ColumnsSql, cancellationToken: cancellationToken))];
    }

    /// <summary>The columns that hold the text somewhere, as text or as bytes.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(TestDatabase database, string needle, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(database.SuperuserConnectionString);
        var hex = Convert.ToHexStringLower(Encoding.UTF8.GetBytes(needle));
        var found = new List<string>();
        foreach (var columns in (await ColumnsAsync(database, cancellationToken)).GroupBy(column => column.Table, column => column.Column))
        {
            // Whole rows first: in nearly every table there is nothing to find.
            if (!await HoldsAsync(columns.Key, "t"))
                continue;
            foreach (var column in columns)
            {
                if (await HoldsAsync(columns.Key, $"\"{column}\""))
                    found.Add($"{columns.Key}.{column}");
            }
        }
        return found;

        Task<bool> HoldsAsync(string table, string what) => connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            $"""select exists (select from "{table}" t where position(@needle in {what}::text) > 0 or position(@hex in {what}::text) > 0)""",
            new { needle, hex },
            cancellationToken: cancellationToken));
    }
}
