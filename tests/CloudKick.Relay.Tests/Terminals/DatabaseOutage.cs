using CloudKick.Testing;
using Npgsql;

namespace CloudKick.Relay.Tests.Terminals;

/// <summary>While it lasts, the relay's login cannot use the database: its connections are cut, new ones are refused.</summary>
internal sealed class DatabaseOutage : IAsyncDisposable
{
    private readonly NpgsqlDataSource _superuser;
    private readonly string _name;

    private DatabaseOutage(TestDatabase database)
    {
        _name = database.Name;
        _superuser = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(database.SuperuserConnectionString) { Pooling = false }.ConnectionString);
    }

    public static async Task<DatabaseOutage> BeginAsync(TestDatabase database, CancellationToken cancellationToken)
    {
        var outage = new DatabaseOutage(database);
        await outage.RunAsync($"alter database {outage._name} connection limit 0", cancellationToken);
        await outage.RunAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename <> current_user", cancellationToken);
        return outage;
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync($"alter database {_name} connection limit -1", CancellationToken.None);
        await _superuser.DisposeAsync();
    }

    private async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = _superuser.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
