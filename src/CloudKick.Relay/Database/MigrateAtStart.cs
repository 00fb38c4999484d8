using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Database;

/// <summary>
/// Migrates before anything else of the host starts, when configured. A failure stops the host: a node on a wrong schema must
/// not serve.
/// </summary>
internal sealed partial class MigrateAtStart(IOptions<DatabaseOptions> options, Migrations migrations, ILogger<MigrateAtStart> logger)
    : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.MigrateAtStart)
            return;

        var result = await migrations.ApplyAsync(options.Value.OwnerConnectionString!, null, cancellationToken);
        foreach (var migration in result.Applied)
            MigrationApplied(logger, migration.Name, migration.Duration.TotalMilliseconds);
        foreach (var name in result.Ahead)
            DatabaseAhead(logger, name);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(4050, LogLevel.Information, "Applied migration {Migration} in {Milliseconds:0} ms")]
    private static partial void MigrationApplied(ILogger logger, string migration, double milliseconds);

    [LoggerMessage(4051, LogLevel.Warning, "The database has migration {Migration}, which this release does not know: a newer release migrated it")]
    private static partial void DatabaseAhead(ILogger logger, string migration);
}
