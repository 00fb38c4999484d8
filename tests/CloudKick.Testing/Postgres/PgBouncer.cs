using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using CloudKick.Cli.Local;
using Npgsql;
using NUnit.Framework;

namespace CloudKick.Testing.Postgres;

/// <summary>PgBouncer from Debian's packages before a database, with a server connection per transaction: sessions are not kept.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    // Another program may take the port between our choosing it and PgBouncer's binding it.
    private const int StartAttempts = 5;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly string _directory;

    private PgBouncer(Process process, string directory, int port)
    {
        _process = process;
        _directory = directory;
        Port = port;
    }

    /// <summary>Where it listens, on loopback.</summary>
    public int Port { get; }

    /// <summary>Starts it for one login.</summary>
    /// <param name="connectionString">The database and the login that connects through it.</param>
    /// <param name="poolSize">Connections to the server at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AssertionException">It is not installed, or does not start.</exception>
    public static async Task<PgBouncer> StartAsync(string connectionString, int poolSize, CancellationToken cancellationToken)
    {
        var said = "";
        for (var attempt = 0; attempt < StartAttempts; attempt++)
        {
            (var bouncer, said) = await TryStartAsync(connectionString, poolSize, cancellationToken);
            if (bouncer is not null)
                return bouncer;
        }
        throw new AssertionException($"PgBouncer does not start: {said}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    // Null: it has ended, and what it said.
    private static async Task<(PgBouncer? Bouncer, string Said)> TryStartAsync(string connectionString, int poolSize, CancellationToken cancellationToken)
    {
        var binary = CommandRun.Find("pgbouncer") ?? throw new AssertionException("This test needs PgBouncer: apt-get install pgbouncer");
        var to = new NpgsqlConnectionStringBuilder(connectionString);
        var directory = Path.Combine(Path.GetTempPath(), "cloudkick-pgbouncer-" + RandomNumberGenerator.GetHexString(12, lowercase: true));
        Directory.CreateDirectory(directory);
        var port = FreePort();
        await File.WriteAllTextAsync(Path.Combine(directory, "users"), $"\"{to.Username}\" \"{to.Password}\"\n", cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(directory, "pgbouncer.ini"),
            string.Create(CultureInfo.InvariantCulture, $"""
                [databases]
                * = host=127.0.0.1 port={to.Port}
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = {port}
                unix_socket_dir =
                auth_type = scram-sha-256
                auth_file = {directory}/users
                pool_mode = transaction
                default_pool_size = {poolSize}
                max_client_conn = 500
                ignore_startup_parameters = extra_float_digits

                """),
            cancellationToken);
        // Like PostgreSQL, it does not run as root.
        var user = ServerUser.Choose();
        if (user.Name is not null)
            await CommandRun.RunAsync(["chown", "-R", $"{user.Uid}:{user.Gid}", directory], StartTimeout, cancellationToken);
        var process = Process.Start(CommandRun.StartInfo(user.Wrap([binary, Path.Combine(directory, "pgbouncer.ini")])))!;
        var said = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var bouncer = new PgBouncer(process, directory, port);
        try
        {
            if (await bouncer.AcceptsLoginAsync(to, cancellationToken))
                return (bouncer, "");
        }
        catch (Exception exception)
        {
            await bouncer.DisposeAsync();
            throw new AssertionException($"PgBouncer does not answer: {await said}", exception);
        }
        await bouncer.DisposeAsync();
        return (null, await said);
    }

    // False: it has ended.
    private async Task<bool> AcceptsLoginAsync(NpgsqlConnectionStringBuilder to, CancellationToken cancellationToken)
    {
        var login = new NpgsqlConnectionStringBuilder(to.ConnectionString) { Host = "127.0.0.1", Port = Port, Pooling = false, Timeout = 5 }.ConnectionString;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StartTimeout);
        while (!_process.HasExited)
        {
            try
            {
                await using var connection = new NpgsqlConnection(login);
                await connection.OpenAsync(deadline.Token);
                return true;
            }
            catch (NpgsqlException)
            {
                // Not yet. Or it is somebody else's server, on a port that was taken: ours then ends.
                await Task.Delay(Pause, deadline.Token);
            }
        }
        return false;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
