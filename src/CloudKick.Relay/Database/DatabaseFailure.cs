using System.Data;
using System.Net.Sockets;
using Npgsql;

namespace CloudKick.Relay.Database;

/// <summary>Which side failed, when a database call threw: the database (try again later) or the statement (a fault of ours).</summary>
public static class DatabaseFailure
{
    // Npgsql gives this one no other mark.
    private const string NoSuitableHost = "No suitable host was found.";

    /// <summary>
    /// Whether the database could not be used at all: not reachable, starting or stopping, out of connections or resources,
    /// read-only after a failover, refusing our login, or not answering in time. Whether a statement in flight took effect is
    /// then unknown.
    /// </summary>
    public static bool IsUnavailable(Exception? exception) => exception switch
    {
        PostgresException refused => IsUnavailable(refused.SqlState),
        NpgsqlException { InnerException: PostgresException refused } => IsUnavailable(refused.SqlState),
        NpgsqlException { InnerException: TimeoutException or IOException or SocketException } => true,
        // With several hosts: none could be reached, or none of those that could is the primary.
        NpgsqlException { InnerException: AggregateException } => true,
        NpgsqlException { InnerException: null, Message: NoSuitableHost } => true,
        // Dapper's, of a row whose end did not arrive.
        DataException { InnerException: NpgsqlException torn } => IsUnavailable(torn),
        _ => false,
    };

    private static bool IsUnavailable(string sqlState) => sqlState switch
    {
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow => true,
        "57P05" => true, // idle_session_timeout: the server had closed the pooled connection
        PostgresErrorCodes.ReadOnlySqlTransaction => true,
        PostgresErrorCodes.InvalidCatalogName => true, // the database itself does not exist (yet)
        _ => sqlState.StartsWith("08", StringComparison.Ordinal)   // connection exception
            || sqlState.StartsWith("53", StringComparison.Ordinal) // insufficient resources: connections, disk, memory
            || sqlState.StartsWith("58", StringComparison.Ordinal) // system error outside PostgreSQL
            || sqlState.StartsWith("28", StringComparison.Ordinal), // login refused
    };
}
