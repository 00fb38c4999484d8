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

    // Two loops: a broker that hangs must not hold up the ends of kicks whose time is over.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(RepeatAsync(ExpireAsync, stoppingToken), RepeatAsync(ClaimAsync, stoppingToken));

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
        var claimed = await store.ClaimDueAsync(_options.SweepBatch, stoppingToken);
        if (claimed.Count == 0)
            return;
        var takenOver = claimed.Count(claim => claim.TakenOver);
        if (takenOver > 0)
            LogTakenOver(logger, node.Name, takenOver);
        // Bounded by the batch, and each attempt ends before its lease does.
        await Task.WhenAll(claimed.Select(claim => publisher.PublishAsync(claim.Attempt)));
    }

    // Nodes that started together must not sweep together for ever.
    private static TimeSpan Jittered(TimeSpan interval) => interval * (0.75 + (Random.Shared.NextDouble() / 2));

    [LoggerMessage(4110, LogLevel.Warning, "Sweeping failed, trying again: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(4111, LogLevel.Warning, "{Node} took over {Count} kicks whose node never said how its attempt ended")]
    private static partial void LogTakenOver(ILogger logger, string node, int count);
}
