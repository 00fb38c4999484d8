using CloudKick.Relay.Hosting;
using CloudKick.Relay.Publishing;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Kicks;

/// <summary>
/// Looks after the kicks that nobody looks after: claims those whose lease has lapsed (their node died, or its attempt was not
/// acknowledged) and publishes them again, and ends those whose deadline has passed. Every node sweeps; rows locked by another are skipped.
/// </summary>
internal sealed partial class KickSweeper(
    KickStore store, KickPublisher publisher, IKickTransport transport, IHostApplicationLifetime lifetime, NodeIdentity node,
    IOptions<KickOptions> options, TimeProvider timeProvider, ILogger<KickSweeper> logger)
    : BackgroundService
{
    private readonly KickOptions _options = options.Value;

    // Of the loop that claims. Each ends before its lease does.
    private readonly List<Task> _attempts = [];

    // Two loops: a broker that hangs must not hold up the ends of kicks whose time is over.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(RepeatAsync(ExpireAsync, stoppingToken), RepeatAsync(ClaimAsync, stoppingToken));
        await Task.WhenAll(_attempts);
    }

    private async Task RepeatAsync(Func<CancellationToken, Task> sweep, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await sweep(stoppingToken);
            }
            // The boundary of the loop: the next sweep does what this one could not.
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, exception.Message);
            }
            await Task.Delay(Jittered(_options.SweepInterval), timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ExpireAsync(CancellationToken stoppingToken)
    {
        while (await store.ExpireAsync(stoppingToken))
        {
        }
    }

    private async Task ClaimAsync(CancellationToken stoppingToken)
    {
        // A node that cannot publish, or is about to stop, leaves them to the others.
        if (!transport.IsUp || lifetime.ApplicationStopping.IsCancellationRequested)
            return;
        // A terminal or a connection that does not answer holds up its own kick alone.
        _attempts.RemoveAll(attempt => attempt.IsCompleted);
        if (_attempts.Count >= _options.SweepBatch)
            return;
        var claimed = await store.ClaimDueAsync(_options.SweepBatch - _attempts.Count, stoppingToken);
        if (claimed.Count == 0)
            return;
        var takenOver = claimed.Count(claim => claim.TakenOver);
        if (takenOver > 0)
            LogTakenOver(logger, node.Name, takenOver);
        _attempts.AddRange(claimed.Select(claim => PublishAsync(claim.Attempt)));
    }

    private async Task PublishAsync(KickAttempt attempt)
    {
        try
        {
            await publisher.PublishAsync(attempt);
        }
        // The boundary of an attempt that nobody waits for: its lease lapses, and the kick is claimed again.
        catch (Exception exception)
        {
            LogFailed(logger, exception.Message);
        }
    }

    // Nodes that started together must not sweep together for ever.
    private static TimeSpan Jittered(TimeSpan interval) => interval * (0.75 + (Random.Shared.NextDouble() / 2));

    [LoggerMessage(4110, LogLevel.Warning, "Sweeping failed, trying again: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(4111, LogLevel.Warning, "{Node} took over {Count} kicks whose node never said how its attempt ended")]
    private static partial void LogTakenOver(ILogger logger, string node, int count);
}
