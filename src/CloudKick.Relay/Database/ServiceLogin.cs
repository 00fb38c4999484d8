using Dapper;
using Npgsql;

namespace CloudKick.Relay.Database;

/// <summary>
/// The login that the relay connects with, for one machine and for tests. In production the platform makes it (see
/// <c>sql/README.md</c>): a role with a password, member of <c>cloudkick_service</c>, and nothing more.
/// </summary>
public static class ServiceLogin
{
    /// <summary>The group role that holds the relay's rights; the first migration creates it.</summary>
    public const string Group = "cloudkick_service";

    // Roles belong to the cluster and DDL takes no parameters: quoted by format(), one process at a time.
    private const string StatementsSql =
        """
        select pg_advisory_xact_lock(hashtext('cloudkick service login'));
        select case when exists (select from pg_roles where rolname = @name)
            then format('alter role %I with login password %L', @name, @password)
            else format('create role %I with login password %L', @name, @password)
        end || format('; grant %I to %I', @group, @name);
        """;

    /// <summary>Creates the login, or gives the existing one this password, and makes it a member of <see cref="Group"/>.</summary>
    /// <param name="ownerConnectionString">Connects as a role that may create roles, to a migrated database.</param>
    /// <param name="name">The login's name.</param>
    /// <param name="password">Its password.</param>
    /// <param name="cancellationToken">Cancels; the login is then as it was.</param>
    public static async Task EnsureAsync(string ownerConnectionString, string name, string password, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(password);
        var settings = new NpgsqlConnectionStringBuilder(ownerConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        string ddl;
        await using (var results = await connection.QueryMultipleAsync(new CommandDefinition(
            StatementsSql, new { name, password, group = Group }, transaction, cancellationToken: cancellationToken)))
        {
            await results.ReadAsync();
            ddl = await results.ReadSingleAsync<string>();
        }

        await connection.ExecuteAsync(new CommandDefinition(ddl, transaction: transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
    }
}
