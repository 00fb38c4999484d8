using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace CloudKick.Cli.Local;

/// <summary>
/// A PostgreSQL server of our own: its own cluster, loopback TCP only, password logins only, running for as long as this process
/// does and stopped with it, whichever way it ends. Members are not to be called at the same time.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private const string Superuser = "postgres";
    private static readonly TimeSpan InitTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly PrivatePostgresOptions _options;
    private readonly PostgresLayout _layout;
    private readonly PostgresBinaries _binaries;
    private readonly ServerUser _user;
    private readonly FileStream _lock;
    private readonly string _password;
    private PostgresProcess? _process;
    private bool _portIsKnown; // to callers, so it must not change any more

    private PrivatePostgres(
        PrivatePostgresOptions options, PostgresLayout layout, PostgresBinaries binaries, ServerUser user, FileStream @lock, string password)
    {
        _options = options;
        _layout = layout;
        _binaries = binaries;
        _user = user;
        _lock = @lock;
        _password = password;
        Port = options.Port;
    }

    /// <summary>The TCP port on 127.0.0.1; the same after <see cref="StopAsync"/> and <see cref="StartAgainAsync"/>.</summary>
    public int Port { get; private set; }

    /// <summary>The server's version, for example 15.6.</summary>
    public string Version => _binaries.Version;

    /// <summary>Where the cluster lives.</summary>
    public string Directory => _layout.Root;

    /// <summary>The server's log.</summary>
    public string LogFile => _layout.LogFile;

    /// <summary>Whether the server runs, as far as we started and stopped it.</summary>
    public bool IsRunning => _process is { HasEnded: false };

    /// <summary>
    /// Finds PostgreSQL (installs it where allowed), makes the cluster when there is none, and starts it; returns when a login has
    /// succeeded.
    /// </summary>
    /// <param name="options">How.</param>
    /// <param name="progress">Told one line per step that takes time; may be null.</param>
    /// <param name="cancellationToken">Cancels; nothing is left running.</param>
    /// <exception cref="PrivatePostgresException">It cannot be had; the message says why and what to do.</exception>
    public static async Task<PrivatePostgres> StartAsync(PrivatePostgresOptions options, Action<string>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (OperatingSystem.IsWindows())
            throw new PrivatePostgresException("A private PostgreSQL needs Linux or macOS: point ConnectionStrings__CloudKick at a server that is running.");

        var layout = PostgresLayout.For(options);
        var binaries = await FindOrInstallAsync(options, layout, progress, cancellationToken);
        var user = ServerUser.Choose();
        FileStream? directoryLock = null;
        PrivatePostgres? postgres = null;
        try
        {
            await layout.PrepareAsync(user, cancellationToken);
            directoryLock = layout.Lock();
            var password = await layout.PasswordAsync(user, cancellationToken);
            postgres = new PrivatePostgres(options, layout, binaries, user, directoryLock, password);
            if (layout.ClusterMajor is null)
            {
                progress?.Invoke($"Making a PostgreSQL {binaries.Version} cluster in {layout.Root}");
                await postgres.InitialiseAsync(cancellationToken);
            }

            await postgres.StartAgainAsync(cancellationToken);
            return postgres;
        }
        catch
        {
            if (postgres is not null)
                await postgres.DisposeAsync();
            directoryLock?.Dispose();
            if (layout.Ephemeral)
                layout.Remove();
            throw;
        }
    }

    /// <summary>A connection string for the superuser.</summary>
    /// <param name="database">The database to connect to.</param>
    public string SuperuserConnectionString(string database = "postgres") => ConnectionString(database, Superuser, _password);

    /// <summary>A connection string for a login of this server.</summary>
    public string ConnectionString(string database, string user, string password) => new NpgsqlConnectionStringBuilder
    {
        Host = IPAddress.Loopback.ToString(),
        Port = Port,
        Database = database,
        Username = user,
        Password = password,
        // Nothing on loopback is worth TLS or Kerberos negotiation at each connection.
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>Starts a stopped server again: same data, same port. Does nothing when it runs.</summary>
    /// <exception cref="PrivatePostgresException">It did not start.</exception>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        if (IsRunning)
            return;
        await EndAsync([]); // one that ended by itself
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.StartTimeout);
        var logStart = _layout.LogLength;
        try
        {
            while (!await TryStartAsync(deadline.Token))
                await Task.Delay(Pause, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await KillAsync();
            throw new PrivatePostgresException(
                $"PostgreSQL did not accept a connection within {_options.StartTimeout.TotalSeconds:0} s: {PostgresLog.Cause(await _layout.LogSinceAsync(logStart, cancellationToken))}");
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            throw;
        }
    }

    /// <summary>Stops the server: sessions are ended and their transactions rolled back (PostgreSQL's fast shutdown).</summary>
    /// <remarks>When that takes longer than <see cref="PrivatePostgresOptions.StopTimeout"/>, it is stopped at once, as by a crash.</remarks>
    public Task StopAsync() => EndAsync(["INT", "QUIT", "KILL"]);

    /// <summary>Kills the server as a crash would (SIGKILL): connections break without a word, recovery runs at the next start.</summary>
    public Task KillAsync() => EndAsync(["KILL"]);

    /// <summary>Stops the server and, when ephemeral, removes its directory.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(_layout.Ephemeral ? ["QUIT", "KILL"] : ["INT", "QUIT", "KILL"]);
        await _lock.DisposeAsync();
        if (_layout.Ephemeral)
            _layout.Remove();
    }

    private static async Task<PostgresBinaries> FindOrInstallAsync(
        PrivatePostgresOptions options, PostgresLayout layout, Action<string>? progress, CancellationToken cancellationToken)
    {
        var needed = layout.ClusterMajor;
        if (await PostgresBinaries.FindAsync(needed, cancellationToken) is { } found)
            return found;
        if (needed is not null)
            throw new PrivatePostgresException($"The cluster in {layout.Root} was made by PostgreSQL {needed}, which is not on this machine: install that version, or choose another directory.");
        await PostgresInstaller.InstallAsync(options, progress, cancellationToken);
        return await PostgresBinaries.FindAsync(needed, cancellationToken)
            ?? throw new PrivatePostgresException($"The packages of this system have no PostgreSQL {PostgresBinaries.OldestMajor} or newer: see https://www.postgresql.org/download/.");
    }

    private async Task InitialiseAsync(CancellationToken cancellationToken)
    {
        _layout.DiscardUnfinished();
        IReadOnlyList<string> sync = _layout.Ephemeral ? ["--no-sync"] : [];
        var run = await CommandRun.RunAsync(
            _user.Wrap(
            [
                _binaries.InitDb, "-D", _layout.DataInTheMaking, "-U", Superuser, $"--pwfile={_layout.PasswordFile}", "--auth=scram-sha-256",
                "--encoding=UTF8", "--locale=C", .. sync,
            ]),
            InitTimeout,
            cancellationToken);
        if (run.ExitCode != 0)
            throw new PrivatePostgresException($"PostgreSQL could not make its cluster in {_layout.Root}: {run.LastLine}");
        _layout.Finish();
    }

    // False: something that passes by itself stood in the way (a predecessor that is just ending, a port that was just taken).
    private async Task<bool> TryStartAsync(CancellationToken cancellationToken)
    {
        if (Port == 0)
            Port = FreePort();
        var logStart = _layout.LogLength;
        _process = PostgresProcess.Start(_binaries, _user, _layout, Settings());
        if (await AcceptsLoginAsync(_process, cancellationToken))
        {
            _portIsKnown = true;
            return true;
        }

        var log = await _process.StartErrorAsync() + await _layout.LogSinceAsync(logStart, cancellationToken);
        await EndAsync([]);
        if (PostgresLog.PortTaken(log) && _options.Port == 0 && !_portIsKnown)
        {
            Port = 0;
            return false;
        }

        return PostgresLog.PredecessorEnding(log)
            ? false
            : throw new PrivatePostgresException($"PostgreSQL did not start: {PostgresLog.Cause(log)} (log: {_layout.LogFile})");
    }

    private async Task<bool> AcceptsLoginAsync(PostgresProcess process, CancellationToken cancellationToken)
    {
        var login = new NpgsqlConnectionStringBuilder(SuperuserConnectionString()) { Pooling = false, Timeout = 5 }.ConnectionString;
        while (!process.HasEnded)
        {
            try
            {
                await using var connection = new NpgsqlConnection(login);
                await connection.OpenAsync(cancellationToken);
                return true;
            }
            catch (NpgsqlException)
            {
                // Not yet. Or it is somebody else's server, on a port that was taken: ours then says so and ends.
                await Task.Delay(Pause, cancellationToken);
            }
        }

        return false;
    }

    private async Task EndAsync(IReadOnlyList<string> signals)
    {
        if (_process is null)
            return;
        foreach (var signal in signals)
        {
            await _process.SignalAsync(signal);
            if (await _process.WaitForEndAsync(_options.StopTimeout))
                break;
        }

        _process.Dispose();
        _process = null;
    }

    private List<string> Settings()
    {
        List<string> settings =
        [
            "listen_addresses=127.0.0.1",
            string.Create(CultureInfo.InvariantCulture, $"port={Port}"),
            "unix_socket_directories=",
            string.Create(CultureInfo.InvariantCulture, $"max_connections={_options.MaximumConnections}"),
            "cluster_name=cloudkick",
            "timezone=UTC",
            "log_timezone=UTC",
            "log_line_prefix=%m [%p] %q%u@%d ",
        ];
        if (_layout.Ephemeral)
            settings.AddRange(["fsync=off", "full_page_writes=off", "synchronous_commit=off"]);
        return [.. settings, .. _options.Settings];
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
