using CloudKick.Cli.Local;
using Dapper;
using Npgsql;

namespace CloudKick.Cli.Tests.Local;

[CancelAfter(120_000)]
internal sealed class PrivatePostgresTests
{
    private string _directory = null!;

    [SetUp]
    public void ChooseDirectory() => _directory = Path.Combine(Path.GetTempPath(), "cloudkick-test-" + Path.GetRandomFileName());

    [TearDown]
    public void RemoveDirectory()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task Ephemeral_server_leaves_nothing(CancellationToken cancellationToken)
    {
        string directory, connectionString;
        await using (var postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions(), null, cancellationToken))
        {
            (directory, connectionString) = (postgres.Directory, postgres.SuperuserConnectionString());
            Assert.That(await ScalarAsync<string>(postgres, "show fsync"), Is.EqualTo("off"));
        }

        Assert.That(Directory.Exists(directory), Is.False);
        Assert.That(() => ScalarAsync<int>(connectionString, "select 1"), Throws.InstanceOf<NpgsqlException>());
    }

    [Test]
    public async Task Server_is_for_password_logins_over_loopback_alone(CancellationToken cancellationToken)
    {
        await using var postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions(), null, cancellationToken);

        Assert.That(await ScalarAsync<string>(postgres, "show listen_addresses"), Is.EqualTo("127.0.0.1"));
        Assert.That(await ScalarAsync<string>(postgres, "show unix_socket_directories"), Is.Empty);
        Assert.That(await ScalarAsync<string>(postgres, "select string_agg(distinct auth_method, ',') from pg_hba_file_rules"), Is.EqualTo("scram-sha-256"));
        Assert.That(
            () => ScalarAsync<int>(postgres.ConnectionString("postgres", "postgres", "guessed"), "select 1"),
            Throws.InstanceOf<PostgresException>().With.Property(nameof(PostgresException.SqlState)).EqualTo(PostgresErrorCodes.InvalidPassword));
    }

    [Test]
    public async Task Server_runs_unprivileged_and_away_from_our_terminal(CancellationToken cancellationToken)
    {
        await using var postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions(), null, cancellationToken);
        var pid = await ServerProcesses.PidAsync(postgres.Directory);

        Assert.That(await ServerProcesses.FieldAsync(pid, "uid", cancellationToken), Is.Not.EqualTo("0"));
        Assert.That(
            await ServerProcesses.FieldAsync(pid, "pgid", cancellationToken),
            Is.Not.EqualTo(await ServerProcesses.FieldAsync(Environment.ProcessId, "pgid", cancellationToken)),
            "Ctrl-C in our terminal would reach the server before we have stopped using it");
    }

    [Test]
    public async Task Data_is_there_again_when_started_on_the_same_directory(CancellationToken cancellationToken)
    {
        var options = new PrivatePostgresOptions { Directory = _directory };
        await using (var postgres = await PrivatePostgres.StartAsync(options, null, cancellationToken))
        {
            Assert.That(await ScalarAsync<string>(postgres, "show fsync"), Is.EqualTo("on"));
            await ScalarAsync<int>(postgres, "create table kept as select 42 as answer");
        }

        List<string> progress = [];
        await using var again = await PrivatePostgres.StartAsync(options, progress.Add, cancellationToken);

        Assert.That(await ScalarAsync<int>(again, "select answer from kept"), Is.EqualTo(42));
        Assert.That(progress, Is.Empty);
    }

    [Test]
    public async Task Stopped_server_starts_again_on_its_port_with_its_data(CancellationToken cancellationToken)
    {
        await using var postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions(), null, cancellationToken);
        var connectionString = postgres.SuperuserConnectionString();
        await ScalarAsync<int>(connectionString, "create table kept as select 42 as answer");

        await postgres.StopAsync();
        Assert.That(postgres.IsRunning, Is.False);
        Assert.That(() => ScalarAsync<int>(connectionString, "select 1"), Throws.InstanceOf<NpgsqlException>());
        await postgres.StartAgainAsync(cancellationToken);

        Assert.That(await ScalarAsync<int>(connectionString, "select answer from kept"), Is.EqualTo(42));
    }

    [Test]
    public async Task Stop_does_not_wait_for_open_sessions(CancellationToken cancellationToken)
    {
        await using var postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions(), null, cancellationToken);
        var asleep = ScalarAsync<int>(postgres, "select 1 from pg_sleep(600)");
        while (await ScalarAsync<long>(postgres, "select count(*) from pg_stat_activity where wait_event = 'PgSleep'") == 0)
            await Task.Delay(10, cancellationToken);

        await postgres.StopAsync();

        Assert.That(() => asleep, Throws.InstanceOf<NpgsqlException>());
    }

    [Test]
    public async Task Killed_server_recovers_when_started_again(CancellationToken cancellationToken)
    {
        await using var postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Directory = _directory }, null, cancellationToken);
        await using var session = new NpgsqlConnection(postgres.SuperuserConnectionString());
        await session.OpenAsync(cancellationToken);
        await session.ExecuteAsync("create table kept as select 42 as answer");

        await postgres.KillAsync();
        Assert.That(() => session.ExecuteAsync("select 1"), Throws.InstanceOf<NpgsqlException>());
        await postgres.StartAgainAsync(cancellationToken);

        Assert.That(await ScalarAsync<int>(postgres, "select answer from kept"), Is.EqualTo(42));
    }

    [Test]
    public async Task Second_server_on_one_directory_is_refused(CancellationToken cancellationToken)
    {
        var options = new PrivatePostgresOptions { Directory = _directory };
        await using var first = await PrivatePostgres.StartAsync(options, null, cancellationToken);

        Assert.That(
            () => PrivatePostgres.StartAsync(options, null, cancellationToken),
            Throws.TypeOf<PrivatePostgresException>().With.Message.Contains("in use by another CloudKick process"));
        Assert.That(await ScalarAsync<int>(first, "select 1"), Is.EqualTo(1));
    }

    [Test]
    public void Directory_with_other_files_is_left_alone(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_directory);
        File.WriteAllText(Path.Combine(_directory, "thesis.txt"), "three years of work");

        Assert.That(
            () => PrivatePostgres.StartAsync(new PrivatePostgresOptions { Directory = _directory }, null, cancellationToken),
            Throws.TypeOf<PrivatePostgresException>().With.Message.Contains("holds other files"));
        Assert.That(Directory.EnumerateFileSystemEntries(_directory).Count(), Is.EqualTo(1));
    }

    [Test]
    public void Cluster_of_a_version_that_is_not_here_is_refused(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(_directory, "data"));
        File.WriteAllText(Path.Combine(_directory, "data", "PG_VERSION"), "9\n");

        Assert.That(
            () => PrivatePostgres.StartAsync(new PrivatePostgresOptions { Directory = _directory }, null, cancellationToken),
            Throws.TypeOf<PrivatePostgresException>().With.Message.Contains("made by PostgreSQL 9, which is not on this machine"));
    }

    [Test]
    public async Task Port_that_is_taken_is_named_as_the_cause(CancellationToken cancellationToken)
    {
        await using var first = await PrivatePostgres.StartAsync(new PrivatePostgresOptions(), null, cancellationToken);

        Assert.That(
            () => PrivatePostgres.StartAsync(new PrivatePostgresOptions { Port = first.Port }, null, cancellationToken),
            Throws.TypeOf<PrivatePostgresException>().With.Message.Contains("Address already in use"));
    }

    [Test]
    public async Task Cancelled_start_does_not_spoil_the_next_one(CancellationToken cancellationToken)
    {
        var options = new PrivatePostgresOptions { Directory = _directory };
        using var stop = new CancellationTokenSource();
        void WhileTheClusterIsMade(string step) => stop.CancelAfter(TimeSpan.FromMilliseconds(100));

        Assert.That(() => PrivatePostgres.StartAsync(options, WhileTheClusterIsMade, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.Exists(Path.Combine(_directory, "data")), Is.False);

        await using var postgres = await PrivatePostgres.StartAsync(options, null, cancellationToken);
        Assert.That(await ScalarAsync<int>(postgres, "select 1"), Is.EqualTo(1));
    }

    private static Task<T?> ScalarAsync<T>(PrivatePostgres postgres, string sql) => ScalarAsync<T>(postgres.SuperuserConnectionString(), sql);

    private static async Task<T?> ScalarAsync<T>(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        return await connection.ExecuteScalarAsync<T>(sql);
    }
}
