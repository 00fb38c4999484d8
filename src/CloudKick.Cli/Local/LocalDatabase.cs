using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using CloudKick.Cli.CommandLine;
using CloudKick.Relay.Database;
using Npgsql;

namespace CloudKick.Cli.Local;

/// <summary>The database of <c>local</c>: on a private server that lives as long as it does, or one that was there already.</summary>
/// <param name="Owner">Connects as the schema's owner.</param>
/// <param name="Relay">Connects as the relay does.</param>
/// <param name="Description">What it is, for people.</param>
internal sealed record LocalDatabase(string Owner, string Relay, string Description) : IAsyncDisposable
{
    private const string Name = "cloudkick";

    /// <summary>The private server; null when the database was there already.</summary>
    private PrivatePostgres? Server { get; init; }

    /// <summary>A login that goes when we go; null when it stays.</summary>
    private string? TemporaryLogin { get; init; }

    /// <summary>The owner's connection in libpq's form, as <c>psql</c> takes it.</summary>
    public string OwnerUrl
    {
        get
        {
            var owner = new NpgsqlConnectionStringBuilder(Owner);
            var login = $"{Uri.EscapeDataString(owner.Username ?? "")}:{Uri.EscapeDataString(owner.Password ?? "")}";
            return string.Create(CultureInfo.InvariantCulture, $"postgresql://{login}@{owner.Host}:{owner.Port}/{Uri.EscapeDataString(owner.Database ?? "")}");
        }
    }

    public static async Task<LocalDatabase> StartAsync(LocalSettings settings, Action<string> progress, CancellationToken cancellationToken) =>
        settings.OwnerDatabase is null
            ? await StartPrivateAsync(settings, progress, cancellationToken)
            : await UseAsync(settings, settings.OwnerDatabase, progress, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        if (TemporaryLogin is not null)
        {
            await using var owner = NpgsqlDataSource.Create(Owner);
            await using var drop = owner.CreateCommand($"drop role if exists {TemporaryLogin}"); // a name of our own making
            await drop.ExecuteNonQueryAsync();
        }
    }

    private static async Task<LocalDatabase> StartPrivateAsync(LocalSettings settings, Action<string> progress, CancellationToken cancellationToken)
    {
        var options = new PrivatePostgresOptions { Directory = settings.Ephemeral ? null : settings.PostgresDirectory };
        var server = await PrivatePostgres.StartAsync(options, progress, cancellationToken);
        try
        {
            var database = await PrivateDatabase.EnsureAsync(server, Name, migration => progress(migration.Name), cancellationToken);
            var migrations = database.Migration.Applied.Count is > 0 and var count ? $", {count} migrations applied" : "";
            return new(database.OwnerConnectionString, database.ServiceConnectionString, $"PostgreSQL {server.Version} on port {server.Port}{migrations}") { Server = server };
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private static async Task<LocalDatabase> UseAsync(LocalSettings settings, string owner, Action<string> progress, CancellationToken cancellationToken)
    {
        await new Migrations(MigrationScripts.Embedded()).ApplyAsync(owner, migration => progress(migration.Name), cancellationToken);
        var place = new NpgsqlConnectionStringBuilder(owner);
        var description = $"PostgreSQL at {place.Host}:{place.Port}, database {place.Database}";
        if (settings.RelayDatabase is not null)
            return new(owner, settings.RelayDatabase, description);
        var login = await EnsureLoginAsync(settings, owner, cancellationToken);
        place.Username = login.Name;
        place.Password = login.Password;
        return new(owner, place.ConnectionString, description) { TemporaryLogin = settings.Ephemeral ? login.Name : null };
    }

    // The relay must not own the tables whose row level security binds it. The login's name and password are this data
    // directory's, so that two of `local` on one server do not take each other's away.
    private static async Task<Login> EnsureLoginAsync(LocalSettings settings, string owner, CancellationToken cancellationToken)
    {
        var login = File.Exists(settings.LoginFile)
            ? JsonSerializer.Deserialize<Login>(await File.ReadAllTextAsync(settings.LoginFile, cancellationToken))!
            : new Login($"cloudkick_local_{RandomNumberGenerator.GetHexString(8, lowercase: true)}", RandomNumberGenerator.GetHexString(48, lowercase: true));
        PrivateFile.Write(settings.LoginFile, JsonSerializer.Serialize(login));
        try
        {
            await ServiceLogin.EnsureAsync(owner, login.Name, login.Password, cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new CliException(
                ExitCode.Failed,
                $"The relay needs a login of its own, and the database did not let it be made: {refused.MessageText}",
                $"Give a user that may create roles, or two: the schema's owner in {Database.DatabaseChoice.OwnerVariable}, a member of {ServiceLogin.Group} in {Database.DatabaseChoice.Variable}.");
        }

        return login;
    }

    private sealed record Login(string Name, string Password);
}
