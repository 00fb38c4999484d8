using System.Globalization;
using Dapper;
using Npgsql;

namespace CloudKick.Relay.Database;

/// <summary>
/// Brings a database's schema to this release. Safe to run from any number of processes at once: each file is applied by one
/// of them, in one transaction together with its row in <c>schema_migrations</c>, or not at all.
/// </summary>
/// <param name="scripts">The files in order, from <see cref="MigrationScripts"/>.</param>
/// <param name="timeouts">How long to wait; null for the defaults.</param>
/// <param name="timeProvider">Measures durations; null for the system's.</param>
public sealed class Migrations(IReadOnlyList<Migration> scripts, MigrationTimeouts? timeouts = null, TimeProvider? timeProvider = null)
{
    // Any number that nothing else locks in the same database: "ckmigrat" in ASCII.
    internal const long LockKey = 0x636B_6D69_6772_6174;

    private const string BeginSql =
        """
        select set_config('lock_timeout', @lock_timeout, true);
        select pg_advisory_xact_lock(@key);
        select to_regclass('public.schema_migrations') is not null;
        """;

    private const string CreateTableSql =
        """
        create table public.schema_migrations (
            name        text        primary key,
            checksum    text        not null check (checksum ~ '^[0-9a-f]{64}$'),
            applied_at  timestamptz not null default clock_timestamp(),
            duration    interval    not null
        );
        comment on table public.schema_migrations is 'Written by the migration runner alone; readable by all, for health checks.';
        revoke all on public.schema_migrations from public;
        grant select on public.schema_migrations to public;
        """;

    private const string ReadSql =
        "select name, checksum, applied_at as appliedat, duration from public.schema_migrations order by name";

    private const string RecordSql =
        """
        insert into public.schema_migrations (name, checksum, duration)
        values (@Name, @Checksum, @Duration)
        returning name, checksum, applied_at as appliedat, duration
        """;

    private readonly MigrationTimeouts _timeouts = timeouts ?? new MigrationTimeouts();
    private readonly TimeProvider _timeProvider = timeProvider ?? TimeProvider.System;

    /// <summary>Applies what is pending.</summary>
    /// <param name="ownerConnectionString">Connects as the role that owns the schema; it needs the right to create roles for the first file.</param>
    /// <param name="starting">Called before each file, for progress; may be null.</param>
    /// <param name="cancellationToken">Stops after rolling back the file at hand.</param>
    /// <exception cref="MigrationException">An applied file changed, a file is out of order, a file failed, or another process took too long.</exception>
    /// <exception cref="NpgsqlException">The database is not usable.</exception>
    public async Task<MigrationResult> ApplyAsync(string ownerConnectionString, Action<Migration>? starting, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(ownerConnectionString)
        {
            ApplicationName = "cloudkick-migrate",
            Pooling = false,
            IncludeErrorDetail = true, // migrations hold no tenant's data
        };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        var applied = new List<AppliedMigration>();
        while (true)
        {
            // The lock is taken per file and belongs to the transaction: it works behind a transaction pooler and cannot be left
            // behind. Between two files another process may apply some, so what is there is read again each time.
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var present = await LockAndReadAsync(transaction, cancellationToken);
            var plan = MigrationPlan.Compute(scripts, present);
            if (plan.Faults.Count > 0)
                throw new MigrationException(plan.Faults);
            if (plan.Pending is not [var next, ..])
            {
                await transaction.CommitAsync(cancellationToken);
                return new MigrationResult(applied, present.Count - applied.Count, plan.Ahead);
            }

            starting?.Invoke(next);
            applied.Add(await ApplyAsync(transaction, next, cancellationToken));
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>What a database lacks or has more than this release, without changing or locking anything.</summary>
    /// <param name="dataSource">May connect as the service role.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async Task<MigrationPlan> CompareAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var present = await connection.QueryAsync<AppliedMigration>(new CommandDefinition(ReadSql, cancellationToken: cancellationToken));
            return MigrationPlan.Compute(scripts, present.AsList());
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return MigrationPlan.Compute(scripts, []);
        }
    }

    private async Task<List<AppliedMigration>> LockAndReadAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var wait = ((long)_timeouts.Lock.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var begin = new CommandDefinition(
            BeginSql, new { lock_timeout = wait, key = LockKey }, transaction, Seconds(_timeouts.Lock + _timeouts.Command), cancellationToken: cancellationToken);

        if (!await BeginAsync(connection, begin))
            await connection.ExecuteAsync(new CommandDefinition(CreateTableSql, transaction: transaction, cancellationToken: cancellationToken));
        return (await connection.QueryAsync<AppliedMigration>(
            new CommandDefinition(ReadSql, transaction: transaction, cancellationToken: cancellationToken))).AsList();
    }

    private async Task<bool> BeginAsync(NpgsqlConnection connection, CommandDefinition begin)
    {
        try
        {
            await using var results = await connection.QueryMultipleAsync(begin);
            await results.ReadAsync();
            await results.ReadAsync();
            return await results.ReadSingleAsync<bool>();
        }
        catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new MigrationException($"Another process has been migrating this database for more than {_timeouts.Lock.TotalSeconds:0} s. Try again when it is done.", busy);
        }
    }

    private async Task<AppliedMigration> ApplyAsync(NpgsqlTransaction transaction, Migration migration, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var started = _timeProvider.GetTimestamp();
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(
                migration.Sql, transaction: transaction, commandTimeout: Seconds(_timeouts.Command), cancellationToken: cancellationToken));
        }
        catch (PostgresException failure) when (!DatabaseFailure.IsUnavailable(failure))
        {
            throw new MigrationException(Describe(migration, failure), failure);
        }

        var row = new { migration.Name, migration.Checksum, Duration = _timeProvider.GetElapsedTime(started) };
        return await connection.QuerySingleAsync<AppliedMigration>(
            new CommandDefinition(RecordSql, row, transaction, cancellationToken: cancellationToken));
    }

    private static string Describe(Migration migration, PostgresException failure)
    {
        string?[] parts = [$"{migration.Name}: {failure.MessageText} ({failure.SqlState}).", failure.Detail, failure.Hint, failure.Where];
        return string.Join(' ', parts.Where(part => !string.IsNullOrEmpty(part))) + " The file was rolled back; files before it stay applied.";
    }

    private static int Seconds(TimeSpan duration) => (int)Math.Ceiling(duration.TotalSeconds);
}
