using CloudKick.Cli.Local;
using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Security;
using CloudKick.Testing;
using Npgsql;

namespace CloudKick.Benchmarks.Stage;

/// <summary>
/// A private PostgreSQL with one merchant and its terminals: all whitelisted, all known to be online. The peer has a login that reads
/// the same tables around row level security.
/// </summary>
internal sealed class BenchmarkDatabase : IAsyncDisposable
{
    public const string ManagementSystem = "GrundmasterNL";
    private const string Name = "cloudkick";
    private const string Peer = "peer";

    // Each key may be used a million times a minute: enough for several together.
    private const int Keys = 4;

    private const string AddTerminals = """
        with terminal as (
            insert into terminals (terminal_id, merchant_id, management_system_id, thing_name)
            select format('T%s', lpad(n::text, 9, '0')), $1, $2, format('T%s', lpad(n::text, 9, '0')) from generate_series(0, $3 - 1) n
            returning terminal_id
        ),
        allowed as (
            insert into whitelist_entries (merchant_id, terminal_id) select $1, t.terminal_id from terminal t
        )
        insert into terminal_presence (terminal_id, connected, version_number, session_identifier, event_at, connected_at)
        select t.terminal_id, true, 1, 'benchmark', now(), now() from terminal t
        """;

    private readonly PrivatePostgres _server;

    private BenchmarkDatabase(PrivatePostgres server, PrivateDatabase database)
    {
        _server = server;
        Relay = database.ServiceConnectionString;
        Owner = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.OwnerConnectionString) { CommandTimeout = 0 }.ConnectionString);
        Superuser = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.SuperuserConnectionString(Name)) { CommandTimeout = 0 }.ConnectionString);
    }

    /// <summary>Connects as the relay does.</summary>
    public string Relay { get; }

    /// <summary>Connects as the peer does.</summary>
    public string PeerUrl => $"postgresql://{Peer}:{Peer}@127.0.0.1:{_server.Port}/{Name}";

    public NpgsqlDataSource Owner { get; }

    /// <summary>Looks behind row level security.</summary>
    public NpgsqlDataSource Superuser { get; }

    public Guid Merchant { get; private set; }

    public IReadOnlyList<string> ApiKeys { get; private set; } = [];

    /// <summary>The server's first process, the parent of all others.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Version, durability and file system: without them no figure of a database means anything.</summary>
    public string Description { get; private set; } = "";

    public static async Task<BenchmarkDatabase> StartAsync(bool fsync, int terminals, CancellationToken cancellationToken)
    {
        var switched = fsync ? "on" : "off";
        var server = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions
            {
                Settings =
                [
                    $"fsync={switched}", $"full_page_writes={switched}", $"synchronous_commit={switched}",
                    // A server's, not a laptop's: the tables fit, and a checkpoint does not fall into every run.
                    "shared_buffers=1GB", "max_wal_size=8GB", "checkpoint_timeout=15min",
                ],
            },
            line => Console.Error.WriteLine(line),
            cancellationToken);
        BenchmarkDatabase? database = null;
        try
        {
            database = new BenchmarkDatabase(server, await PrivateDatabase.EnsureAsync(server, Name, starting: null, cancellationToken));
            await database.FillAsync(terminals, cancellationToken);
            var drive = new DriveInfo(server.Directory);
            database.Description = $"PostgreSQL {server.Version}, fsync {switched}, synchronous_commit {switched}, file system {drive.DriveFormat}";
            return database;
        }
        catch
        {
            await (database?.DisposeAsync() ?? server.DisposeAsync());
            throw;
        }
    }

    /// <summary>Forgets which kicks are open, so that each run begins alike; writes what is dirty, so that no run pays for another.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync("truncate open_kicks", cancellationToken);
        await ExecuteAsync("checkpoint", cancellationToken);
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Superuser.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Owner.DisposeAsync();
        await Superuser.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task FillAsync(int terminals, CancellationToken cancellationToken)
    {
        var tenants = new TenantDatabase(Owner);
        var merchant = await new MerchantRegistry(tenants, TimeProvider.System).AddAsync("Benchmark", Actor.Cli, cancellationToken);
        Merchant = merchant.MerchantId;
        var keys = new ApiKeys(tenants);
        var tokens = new string[Keys];
        for (var i = 0; i < Keys; i++)
        {
            var wanted = new NewApiKey(new MerchantId(Merchant), "bench", "benchmark", [Scopes.KicksWrite]);
            tokens[i] = (await keys.CreateAsync(wanted, Actor.Cli, cancellationToken))!.Token;
        }
        ApiKeys = tokens;

        // What happens with every change of a presence is not what is filled in here.
        await ExecuteAsync("alter table terminal_presence disable trigger user", cancellationToken);
        await using (var add = Owner.CreateCommand(AddTerminals))
        {
            add.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Merchant });
            add.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ManagementSystem });
            add.Parameters.Add(new NpgsqlParameter<int> { TypedValue = terminals });
            await add.ExecuteNonQueryAsync(cancellationToken);
        }
        await ExecuteAsync("alter table terminal_presence enable trigger user", cancellationToken);
        await ExecuteAsync($"create role {Peer} login bypassrls password '{Peer}'; grant select on whitelist_entries, terminals to {Peer}", cancellationToken);
        await ExecuteAsync("vacuum analyze", cancellationToken);

        await using var backend = Superuser.CreateCommand("select pg_backend_pid()");
        ProcessId = ProcessUsage.ParentOf((int)(await backend.ExecuteScalarAsync(cancellationToken))!);
    }
}
