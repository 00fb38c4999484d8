using System.Security.Cryptography;
using CloudKick.Cli.Local;
using CloudKick.Relay.Database;
using Npgsql;

namespace CloudKick.Cli.CommandLine;

/// <summary>Says what an exception means to the person at the keyboard.</summary>
internal static class Faults
{
    /// <summary>The way a command ends because of this exception.</summary>
    public static CliException Describe(Exception exception) => exception switch
    {
        CliException described => described,
        PrivatePostgresException postgres => CliException.Unavailable(postgres.Message),
        MigrationException migration => new(ExitCode.Failed, migration.Message),
        NpgsqlException database when DatabaseFailure.IsUnavailable(database) => CliException.Unavailable(
            $"The database cannot be used: {Innermost(database).Message}",
            "Check that it runs and that the connection string is right (ConnectionStrings__CloudKick, or --database)."),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction } => new(
            ExitCode.Failed, "The database lacks this release's schema.", "Run `cloudkick migrate` first."),
        PostgresException database => new(ExitCode.Failed, $"The database refused: {database.MessageText}"),
        IOException or UnauthorizedAccessException or CryptographicException or NpgsqlException => new(ExitCode.Failed, exception.Message),
        _ => new(ExitCode.Failed, $"This should not have happened: {exception.GetType().Name}: {exception.Message}", "CLOUDKICK_DEBUG=1 shows where it happened."),
    };

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;
}
