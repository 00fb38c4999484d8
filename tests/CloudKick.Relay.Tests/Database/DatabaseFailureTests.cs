using System.Net;
using System.Net.Sockets;
using CloudKick.Cli.Local;
using CloudKick.Relay.Database;
using Npgsql;

namespace CloudKick.Relay.Tests.Database;

/// <summary>Real failures of a server of its own, sorted into the database's and ours.</summary>
[CancelAfter(120_000)]
internal sealed class DatabaseFailureTests
{
    private PrivatePostgres _postgres = null!;

    [OneTimeSetUp]
    public async Task StartServer() =>
        _postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { MaximumConnections = 10 }, null, CancellationToken.None);

    [OneTimeTearDown]
    public async Task StopServer() => await _postgres.DisposeAsync();

    [TestCase("select 1 / 0")]
    [TestCase("select * from no_such_table")]
    [TestCase("select nonsense nonsense nonsense")]
    [TestCase("do $$ begin raise unique_violation; end $$")]
    public async Task Fault_of_the_statement_is_ours(string sql, CancellationToken cancellationToken)
    {
        var failure = await FailureAsync(_postgres.SuperuserConnectionString(), sql, cancellationToken);

        Assert.That(DatabaseFailure.IsUnavailable(failure), Is.False);
    }

    [TestCase("select pg_terminate_backend(pg_backend_pid())", TestName = "Ended_session_is_unavailable")]
    [TestCase("set transaction read only; create table t ()", TestName = "Read_only_server_is_unavailable")]
    public async Task Server_that_refuses_is_unavailable(string sql, CancellationToken cancellationToken)
    {
        var failure = await FailureAsync(_postgres.SuperuserConnectionString(), sql, cancellationToken);

        Assert.That(DatabaseFailure.IsUnavailable(failure), Is.True, failure.ToString());
    }

    [Test]
    public async Task Statement_that_takes_too_long_is_unavailable(CancellationToken cancellationToken)
    {
        var failure = await FailureAsync(_postgres.SuperuserConnectionString() + ";Command Timeout=1", "select pg_sleep(60)", cancellationToken);

        Assert.That(DatabaseFailure.IsUnavailable(failure), Is.True, failure.ToString());
    }

    [Test]
    public async Task Refused_login_is_unavailable(CancellationToken cancellationToken)
    {
        var failure = await FailureAsync(_postgres.ConnectionString("postgres", "postgres", "wrong"), "select 1", cancellationToken);

        Assert.That(DatabaseFailure.IsUnavailable(failure), Is.True, failure.ToString());
    }

    [TestCase("127.0.0.1:{0},127.0.0.1:1", "standby", TestName = "No_host_of_the_wanted_kind_is_unavailable")]
    [TestCase("127.0.0.1:1,127.0.0.1:2", "primary", TestName = "No_host_that_answers_is_unavailable")]
    public async Task Several_hosts(string hosts, string wanted, CancellationToken cancellationToken)
    {
        var several = new NpgsqlConnectionStringBuilder(_postgres.SuperuserConnectionString())
        {
            Host = string.Format(System.Globalization.CultureInfo.InvariantCulture, hosts, _postgres.Port),
            TargetSessionAttributes = wanted,
        };
        await using var dataSource = NpgsqlDataSource.Create(several);

        var failure = Assert.CatchAsync(async () => await dataSource.OpenConnectionAsync(cancellationToken))!;

        Assert.That(DatabaseFailure.IsUnavailable(failure), Is.True, failure.ToString());
    }

    [Test]
    public async Task Missing_database_is_unavailable(CancellationToken cancellationToken)
    {
        var failure = await FailureAsync(_postgres.SuperuserConnectionString("no_such_database"), "select 1", cancellationToken);

        Assert.That(DatabaseFailure.IsUnavailable(failure), Is.True, failure.ToString());
    }

    [Test]
    public async Task Nobody_listening_is_unavailable(CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(_postgres.SuperuserConnectionString()) { Port = ClosedPort() };

        var failure = await FailureAsync(settings.ConnectionString, "select 1", cancellationToken);

        Assert.That(DatabaseFailure.IsUnavailable(failure), Is.True, failure.ToString());
    }

    [Test]
    public async Task Exhausted_pool_is_unavailable(CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(_postgres.SuperuserConnectionString() + ";Maximum Pool Size=1;Timeout=1");
        await using var only = await dataSource.OpenConnectionAsync(cancellationToken);

        var failure = Assert.CatchAsync(async () => await dataSource.OpenConnectionAsync(cancellationToken));

        Assert.That(DatabaseFailure.IsUnavailable(failure), Is.True, failure!.ToString());
    }

    [Test]
    public async Task Too_many_connections_are_unavailable(CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(_postgres.SuperuserConnectionString() + ";Maximum Pool Size=11");
        var open = new List<NpgsqlConnection>();

        var failure = Assert.CatchAsync(async () =>
        {
            for (var count = 0; count < 11; count++)
                open.Add(await dataSource.OpenConnectionAsync(cancellationToken));
        });

        foreach (var connection in open)
            await connection.DisposeAsync();
        Assert.That(DatabaseFailure.IsUnavailable(failure), Is.True, failure!.ToString());
    }

    [Test]
    public void Other_exceptions_are_ours()
    {
        Assert.That(DatabaseFailure.IsUnavailable(new InvalidOperationException()), Is.False);
        Assert.That(DatabaseFailure.IsUnavailable(new OperationCanceledException()), Is.False);
        Assert.That(DatabaseFailure.IsUnavailable(null), Is.False);
    }

    private static async Task<Exception> FailureAsync(string connectionString, string sql, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = dataSource.CreateCommand(sql);
        return Assert.CatchAsync(() => command.ExecuteNonQueryAsync(cancellationToken))!;
    }

    private static int ClosedPort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
