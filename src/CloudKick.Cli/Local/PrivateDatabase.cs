using System.Security.Cryptography;
using CloudKick.Relay.Database;
using Dapper;
using Npgsql;

namespace CloudKick.Cli.Local;

/// <summary>
/// CloudKick's database on a private server, with the same two roles as in production: an owner that is no superuser and owns the
/// schema, and the relay's login that owns nothing. Their passwords are new each time.
/// </summary>
/// <param name="OwnerConnectionString">For migrations.</param>
/// <param name="ServiceConnectionString">For the relay.</param>
/// <param name="Migration">What preparing it applied.</param>
public sealed record PrivateDatabase(string OwnerConnectionString, string ServiceConnectionString, MigrationResult Migration)
{
    private const string Owner = "cloudkick_owner";
    private const string Service = "cloudkick_relay";

    private const string EnsureOwnerSql =
        """
        select case when exists (select from pg_roles where rolname = @Owner)
            then format('alter role %I with login createrole password %L', @Owner, @password)
            else format('create role %I with login createrole password %L', @Owner, @password)
        end
        """;

    private const string MissingDatabaseSql =
        "select format('create database %I owner %I', @name, @Owner) where not exists (select from pg_database where datname = @name)";

    /// <summary>Creates the roles and the database as far as they are missing, and migrates.</summary>
    /// <param name="postgres">The running server.</param>
    /// <param name="name">The database's name.</param>
    /// <param name="starting">Called before each migration; may be null.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="MigrationException">The schema cannot be brought to this release.</exception>
    public static async Task<PrivateDatabase> EnsureAsync(
        PrivatePostgres postgres, string name, Action<Migration>? starting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(postgres);
        var (ownerPassword, servicePassword) = (NewPassword(), NewPassword());
        await using (var connection = new NpgsqlConnection(postgres.SuperuserConnectionString() + ";Pooling=false"))
        {
            await connection.OpenAsync(cancellationToken);
            await RunAsync(connection, EnsureOwnerSql, new { Owner, password = ownerPassword }, cancellationToken);
            await RunAsync(connection, MissingDatabaseSql, new { name, Owner }, cancellationToken);
        }

        var ownerConnectionString = postgres.ConnectionString(name, Owner, ownerPassword);
        var result = await new Migrations(MigrationScripts.Embedded()).ApplyAsync(ownerConnectionString, starting, cancellationToken);
        await ServiceLogin.EnsureAsync(ownerConnectionString, Service, servicePassword, cancellationToken);
        return new PrivateDatabase(ownerConnectionString, postgres.ConnectionString(name, Service, servicePassword), result);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string ddlSql, object parameters, CancellationToken cancellationToken)
    {
        var ddl = await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(ddlSql, parameters, cancellationToken: cancellationToken));
        if (ddl is not null)
            await connection.ExecuteAsync(new CommandDefinition(ddl, cancellationToken: cancellationToken));
    }

    private static string NewPassword() => RandomNumberGenerator.GetHexString(48, lowercase: true);
}
