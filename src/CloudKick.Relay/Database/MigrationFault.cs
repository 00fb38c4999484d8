using Npgsql;

namespace CloudKick.Relay.Database;

/// <summary>Says where and why a migration failed.</summary>
internal static class MigrationFault
{
    public static string Describe(Migration migration, PostgresException failure)
    {
        var place = Line(migration.Sql, failure) is { } line ? $"{migration.Name}, line {line}" : migration.Name;
        var detail = failure.Detail is { Length: > 0 } text ? $" {text}." : "";
        var hint = failure.Hint is { Length: > 0 } advice ? $" {advice}" : "";
        return $"{place}: {failure.MessageText} ({failure.SqlState}).{detail}{hint} The file was rolled back; files before it stay applied.";
    }

    // PostgreSQL's position counts from the start of the statement, Npgsql tells which statement of the file it was.
    private static int? Line(string sql, PostgresException failure)
    {
        var statement = failure.BatchCommand?.CommandText?.Trim() ?? sql;
        var start = sql.IndexOf(statement, StringComparison.Ordinal);
        if (statement.Length == 0 || start < 0)
            return null;
        var leading = failure.BatchCommand?.CommandText is { } raw ? raw.Length - raw.TrimStart().Length : 0;
        var at = Math.Clamp(start + Math.Max(failure.Position - 1 - leading, 0), 0, sql.Length);
        return 1 + sql.AsSpan(0, at).Count('\n');
    }
}
