using System.Globalization;
using CloudKick.Cli.Local;
using Npgsql;

namespace CloudKick.Testing;

/// <summary>
/// A database of one fixture's own, on the test process's private server: migrated, otherwise empty, dropped when disposed. Roles
/// are as in production: an owner that is no superuser, and the relay's login.
/// </summary>
/// <remarks>
/// A fixture that stops or kills its server needs a server of its own: <see cref="CreateOnAsync"/>.
/// </remarks>
public sealed class TestDatabase : IAsyncDisposable
{
    private static int _count;

    private readonly TestCluster _cluster;

    private TestDatabase(TestCluster cluster, string name)
    {
        _cluster = cluster;
        Name = name;
        OwnerConnectionString = In(cluster.Template.OwnerConnectionString);
        ServiceConnectionString = In(cluster.Template.ServiceConnectionString);
        SuperuserConnectionString = cluster.Postgres.SuperuserConnectionString(name);
        Owner = NpgsqlDataSource.Create(OwnerConnectionString);
        Service = NpgsqlDataSource.Create(ServiceConnectionString);

        string In(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { Database = name }.ConnectionString;
    }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    /// <summary>Connects as the schema's owner, <c>cloudkick_owner</c>.</summary>
    public string OwnerConnectionString { get; }

    /// <summary>Connects as the relay does: a member of <c>cloudkick_service</c> that owns nothing.</summary>
    public string ServiceConnectionString { get; }

    /// <summary>Connects as a superuser, to look behind row level security and at the server itself.</summary>
    public string SuperuserConnectionString { get; }

    /// <summary>Connections as the owner.</summary>
    public NpgsqlDataSource Owner { get; }

    /// <summary>Connections as the relay's login.</summary>
    public NpgsqlDataSource Service { get; }

    /// <summary>A database with every migration applied.</summary>
    public static Task<TestDatabase> CreateAsync(CancellationToken cancellationToken = default) =>
        CreateAsync(TestCluster.TemplateName, cancellationToken);

    /// <summary>A database with nothing in it, for tests of migrating.</summary>
    public static Task<TestDatabase> CreateEmptyAsync(CancellationToken cancellationToken = default) =>
        CreateAsync("template1", cancellationToken);

    /// <summary>A database with every migration applied, on a server that the fixture may stop and kill. It must run when this is disposed.</summary>
    public static async Task<TestDatabase> CreateOnAsync(PrivatePostgres server, CancellationToken cancellationToken = default)
    {
        var template = await PrivateDatabase.EnsureAsync(server, TestCluster.TemplateName, starting: null, cancellationToken);
        return await CreateAsync(new TestCluster(server, template), TestCluster.TemplateName, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Owner.DisposeAsync();
        await Service.DisposeAsync();
        await RunAsync(_cluster, $"drop database {Name} with (force)", CancellationToken.None);
    }

    private static async Task<TestDatabase> CreateAsync(string template, CancellationToken cancellationToken) =>
        await CreateAsync(await TestCluster.GetAsync(cancellationToken), template, cancellationToken);

    private static async Task<TestDatabase> CreateAsync(TestCluster cluster, string template, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _count)}");
        await RunAsync(cluster, $"create database {name} template {template} owner cloudkick_owner", cancellationToken);
        return new TestDatabase(cluster, name);
    }

    private static async Task RunAsync(TestCluster cluster, string sql, CancellationToken cancellationToken)
    {
        await using var superuser = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(cluster.Postgres.SuperuserConnectionString()) { Pooling = false }.ConnectionString);
        await using var command = superuser.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
