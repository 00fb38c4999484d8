using System.Globalization;
using System.Security.Cryptography;
using CloudKick.Cli.Local;
using Npgsql;

namespace CloudKick.Testing.Postgres;

/// <summary>A standby of a <see cref="PrivatePostgres"/>: follows it by streaming replication, and can take its place.</summary>
public sealed class StandbyPostgres : IAsyncDisposable
{
    // By default it waits for 5 s before it asks again for a primary that it has lost.
    private const string ReconnectSoon = "wal_retrieve_retry_interval=200ms";

    private static readonly TimeSpan CopyTimeout = TimeSpan.FromMinutes(2);

    private readonly string _directory;

    private StandbyPostgres(PrivatePostgres server, string directory)
    {
        Server = server;
        _directory = directory;
    }

    /// <summary>The standby itself; read-only until it is promoted.</summary>
    public PrivatePostgres Server { get; }

    /// <summary>
    /// Copies the primary and starts the copy. From then on a commit at the primary waits until the standby has it on disk, when
    /// <paramref name="synchronous"/>.
    /// </summary>
    /// <param name="primary">Whom it follows.</param>
    /// <param name="synchronous">Whether commits wait for it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="port">The port of 127.0.0.1 where it reaches the primary; null: the primary's own.</param>
    /// <exception cref="PrivatePostgresException">It cannot be copied or started; the message says why.</exception>
    public static async Task<StandbyPostgres> StartAsync(PrivatePostgres primary, bool synchronous, CancellationToken cancellationToken, int? port = null)
    {
        ArgumentNullException.ThrowIfNull(primary);
        var directory = Path.Combine(Path.GetTempPath(), "cloudkick-standby-" + RandomNumberGenerator.GetHexString(12, lowercase: true));
        var user = ServerUser.Choose();
        var binaries = await PostgresBinaries.FindAsync(null, cancellationToken) ?? throw new PrivatePostgresException("There is no PostgreSQL on this machine.");
        var superuser = new NpgsqlConnectionStringBuilder(primary.SuperuserConnectionString());
        var copied = await CommandRun.RunAsync(
            user.Wrap(
            [
                "/bin/sh", "-c", "umask 077 && mkdir \"$1\" && : > \"$1/in-use\" && cp \"$2/superuser-password\" \"$1\" && exec \"$3\" -D \"$1/data\" -R -X stream -c fast -d \"$4\"",
                "standby", directory, primary.Directory, Beside(binaries.Server),
                string.Create(CultureInfo.InvariantCulture, $"host=127.0.0.1 port={port ?? primary.Port} user={superuser.Username} password={superuser.Password} application_name=standby"),
            ]),
            CopyTimeout, cancellationToken);
        if (copied.ExitCode != 0)
            throw new PrivatePostgresException($"The primary could not be copied: {copied.LastLine}");
        var server = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Directory = directory, Settings = ["fsync=off", ReconnectSoon] }, progress: null, cancellationToken);
        if (synchronous)
            await RunAsync(primary, "alter system set synchronous_standby_names = 'standby'", cancellationToken);
        return new StandbyPostgres(server, directory);
    }

    /// <summary>The primary waits for nobody any more, for instance because the standby is now one itself.</summary>
    public static Task ReleaseAsync(PrivatePostgres primary, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(primary);
        return RunAsync(primary, "alter system reset synchronous_standby_names", cancellationToken);
    }

    /// <summary>Makes it a primary; returns when it takes writes.</summary>
    public async Task PromoteAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(Server.SuperuserConnectionString() + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var promote = new NpgsqlCommand("select pg_promote()", connection);
        await promote.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    // Where the server's program really is, its fellows are; what is found first may be a link to it alone.
    private static string Beside(string server) =>
        Path.Combine(Path.GetDirectoryName(File.ResolveLinkTarget(server, returnFinalTarget: true)?.FullName ?? server)!, "pg_basebackup");

    private static async Task RunAsync(PrivatePostgres server, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(server.SuperuserConnectionString() + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        foreach (var statement in (string[])[sql, "select pg_reload_conf()"])
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
