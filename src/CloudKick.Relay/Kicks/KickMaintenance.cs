namespace CloudKick.Relay.Kicks;

/// <summary>Keeps the coming days' partitions ready and drops what is past its retention, once at start and then every hour.</summary>
internal sealed partial class KickMaintenance(KickStore store, TimeProvider timeProvider, ILogger<KickMaintenance> logger) : BackgroundService
{
    private const int DaysAhead = 7;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Interval;
            try
            {
                await store.MaintainAsync(DaysAhead, stoppingToken);
            }
            // The boundary of the loop. Until it works, kicks of a day without a partition go to the default partition.
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, exception.Message);
                pause = RetryDelay;
            }
            await Task.Delay(pause, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(4120, LogLevel.Warning, "Kick partitions and idempotency keys could not be maintained, trying again: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
