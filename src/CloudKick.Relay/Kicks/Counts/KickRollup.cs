using Npgsql;

namespace CloudKick.Relay.Kicks.Counts;

/// <summary>
/// Has kicks that ended counted and what changed in the counts of terminals added up, every second, and old counts forgotten. Every node
/// does; the database lets one at a time.
/// </summary>
internal sealed partial class KickRollup(NpgsqlDataSource dataSource, TimeProvider timeProvider, ILogger<KickRollup> logger) : BackgroundService
{
    private const int BatchSize = 10_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForgetInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long? forgotAt = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Interval;
            try
            {
                if (forgotAt is null || timeProvider.GetElapsedTime(forgotAt.Value) >= ForgetInterval)
                {
                    await using var forget = dataSource.CreateCommand("select forget_kick_counts()");
                    await forget.ExecuteNonQueryAsync(stoppingToken);
                    forgotAt = timeProvider.GetTimestamp();
                }

                await using var terminals = dataSource.CreateCommand("select roll_up_terminal_counts()");
                await terminals.ExecuteNonQueryAsync(stoppingToken);

                await using var count = dataSource.CreateCommand("select roll_up_kicks($1)");
                count.Parameters.Add(new NpgsqlParameter<int> { TypedValue = BatchSize });
                if ((int)(await count.ExecuteScalarAsync(stoppingToken))! == BatchSize)
                    continue;
            }
            // The boundary of the loop. Until it works, overviews lack what was not counted yet; nothing else depends on it.
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, exception.Message);
                pause = RetryDelay;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(pause, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(4131, LogLevel.Warning, "Kicks and terminals could not be counted, trying again: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
