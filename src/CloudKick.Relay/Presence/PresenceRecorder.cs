using CloudKick.Relay.Queues;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Presence;

/// <summary>Takes presence events from every source and records them, in order for each client, in batches.</summary>
internal sealed partial class PresenceRecorder : BackgroundService
{
    private readonly IReadOnlyList<IPresenceSource> _sources;
    private readonly DatabaseQueue<Taken> _queue;
    private readonly PresenceMetrics _metrics;
    private readonly ILogger<PresenceRecorder> _logger;

    // The clients of the batch that is being filled.
    private readonly HashSet<string> _inBatch = new(StringComparer.Ordinal);

    public PresenceRecorder(
        IReadOnlyList<IPresenceSource> sources, PresenceStore store, PresenceMetrics metrics, IOptions<PresenceOptions> options,
        TimeProvider timeProvider, ILogger<PresenceRecorder> logger)
    {
        _sources = sources;
        _metrics = metrics;
        _logger = logger;
        var bounds = new DatabaseQueueOptions
        {
            Capacity = options.Value.MaximumWaiting,
            BatchSize = options.Value.BatchSize,
            DrainTimeout = options.Value.DrainTimeout,
        };
        _queue = new DatabaseQueue<Taken>(
            bounds,
            async (batch, cancellationToken) =>
            {
                _metrics.Applied(await store.RecordAsync([.. batch.Select(taken => taken.Event)], cancellationToken));
                foreach (var taken in batch)
                    taken.Recorded.TrySetResult(true);
            },
            Fits, Refused, timeProvider, logger);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using var draining = new CancellationTokenSource();
        var recording = _queue.RunAsync(draining.Token);
        Task[] delivering = [StoppedAsync(ending.Token), .. _sources.Select(source => source.RunAsync(TakeAsync, ending.Token))];

        // The node stops, or one of them has failed and nothing may go on as if it had not.
        await Task.WhenAny([recording, .. delivering]);
        await ending.CancelAsync();
        try
        {
            await Task.WhenAll(delivering);
        }
        finally
        {
            await draining.CancelAsync();
            await recording;
        }
    }

    private static async Task StoppedAsync(CancellationToken stoppingToken) =>
        await Task.Delay(Timeout.Infinite, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async ValueTask<Task<bool>> TakeAsync(PresenceEvent next, CancellationToken cancellationToken)
    {
        _metrics.Received();
        var taken = new Taken(next);
        await _queue.AddAsync(taken, cancellationToken);
        return taken.Recorded.Task;
    }

    // Each event of a client is judged against the one before it, so they are not to be written at once.
    private bool Fits(IReadOnlyList<Taken> batch, Taken next)
    {
        if (batch.Count == 1)
        {
            _inBatch.Clear();
            _inBatch.Add(batch[0].Event.ClientId);
        }

        return _inBatch.Add(next.Event.ClientId);
    }

    private void Refused(Taken refused, PostgresException fault)
    {
        _metrics.Refused();
        NotRecorded(_logger, refused.Event.ClientId, fault);
        refused.Recorded.TrySetResult(false);
    }

    [LoggerMessage(4300, LogLevel.Error, "A presence event of client {ClientId} cannot be recorded")]
    private static partial void NotRecorded(ILogger logger, string clientId, PostgresException exception);

    private sealed record Taken(PresenceEvent Event)
    {
        public TaskCompletionSource<bool> Recorded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
