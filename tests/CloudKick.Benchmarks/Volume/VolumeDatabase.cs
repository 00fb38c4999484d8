using CloudKick.Benchmarks.Stage;
using CloudKick.Cli.Local;
using CloudKick.Testing.Volume;
using Npgsql;

namespace CloudKick.Benchmarks.Volume;

/// <summary>A private PostgreSQL that holds as much as a relay of some age; it does not wait for the disk.</summary>
internal sealed class VolumeDatabase : IAsyncDisposable
{
    private const string Name = "cloudkick";

    private readonly PrivatePostgres _server;

    private VolumeDatabase(PrivatePostgres server, PrivateDatabase database)
    {
        _server = server;
        Relay = database.ServiceConnectionString;
        Owner = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.OwnerConnectionString) { CommandTimeout = 0 }.ConnectionString);
    }

    /// <summary>Connects as the relay does.</summary>
    public string Relay { get; }

    /// <summary>Connections as the schema's owner.</summary>
    public NpgsqlDataSource Owner { get; }

    /// <summary>Some of its merchants, the largest first.</summary>
    public IReadOnlyList<VolumeMerchant> Merchants { get; private set; } = [];

    /// <summary>Version and size.</summary>
    public string Description { get; private set; } = "";

    /// <summary>Starts it and fills it, unless it is full already.</summary>
    /// <param name="directory">Where it stays for the next time; null: it is removed at the end.</param>
    /// <param name="options">How much to fill in.</param>
    /// <param name="progress">Told what it is at.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<VolumeDatabase> StartAsync(
        string? directory, VolumeOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        var server = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions
            {
                Directory = directory,
                Settings =
                [
                    "fsync=off", "full_page_writes=off", "synchronous_commit=off", "wal_level=minimal", "max_wal_senders=0",
                    "shared_buffers=1GB", "max_wal_size=8GB", "checkpoint_timeout=15min", "maintenance_work_mem=512MB",
                ],
            },
            progress,
            cancellationToken);
        VolumeDatabase? database = null;
        try
        {
            database = new VolumeDatabase(server, await PrivateDatabase.EnsureAsync(server, Name, starting: null, cancellationToken));
            database.Merchants = await StoredVolume.FindAsync(database.Owner, cancellationToken);
            if (database.Merchants.Count == 0)
                database.Merchants = await StoredVolume.FillAsync(database.Owner, options, progress, cancellationToken);
            database.Description = await database.DescribeAsync(cancellationToken);
            return database;
        }
        catch
        {
            await (database?.DisposeAsync() ?? server.DisposeAsync());
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Owner.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        await using var command = Owner.CreateCommand(
            """
            select format('%s merchants, %s terminals, %s kicks in %s days, %s events; %s',
                          (select count(*) from merchants), (select count(*) from terminals), (select sum(greatest(c.reltuples, 0))::bigint from pg_inherits i
                           join pg_class c on c.oid = i.inhrelid where i.inhparent = 'kicks'::regclass),
                          (select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'kicks'::regclass and c.reltuples > 0),
                          (select sum(greatest(c.reltuples, 0))::bigint from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'kick_events'::regclass),
                          pg_size_pretty(pg_database_size(current_database())))
            """);
        return $"PostgreSQL {_server.Version}: {(string)(await command.ExecuteScalarAsync(cancellationToken))!}";
    }
}
