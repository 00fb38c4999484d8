using System.Threading.Channels;
using CloudKick.Relay.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Kicks;

/// <summary>
/// Group commit: whatever requests wait while a transaction is under way share the next one, so the database commits once for many
/// kicks under load and at once for a single one. Thread-safe.
/// </summary>
/// <remarks>The queue is bounded by <see cref="CommitQueue"/>; what does not fit is refused, not kept waiting.</remarks>
internal sealed partial class KickWriter : BackgroundService
{
    private const int DeadlockAttempts = 5;
    private static readonly TimeSpan LogEvery = TimeSpan.FromMinutes(1);

    private readonly KickStore _store;
    private readonly KickOptions _options;
    private readonly ILogger<KickWriter> _logger;
    private readonly CommitQueue _commits;
    private readonly Seldom _refusalLog;
    private readonly Channel<Pending> _queue;

    public KickWriter(KickStore store, IOptions<KickOptions> options, TimeProvider timeProvider, ILogger<KickWriter> logger)
    {
        _store = store;
        _options = options.Value;
        _logger = logger;
        _commits = new CommitQueue(_options, timeProvider);
        _refusalLog = new Seldom(LogEvery, timeProvider);
        _queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(_options.MaximumQueued) { FullMode = BoundedChannelFullMode.Wait });
    }

    /// <summary>
    /// Queues an order; null when it would wait for too long or the node is stopping. The task ends with the database's decision, or with its
    /// exception: then nothing is known to be stored and nothing may be published.
    /// </summary>
    public Task<KickDecision>? TryWrite(KickOrder order)
    {
        if (!_commits.HasRoom(_queue.Reader.Count))
        {
            if (_refusalLog.IsDue())
                LogRefused(_logger, _queue.Reader.Count, _commits.Pace.TotalMilliseconds);
            return null;
        }
        var pending = new Pending(order);
        return _queue.Writer.TryWrite(pending) ? pending.Decision.Task : null;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, _options.Writers).Select(_ => WriteAsync(stoppingToken)));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _queue.Writer.TryComplete();
        while (_queue.Reader.TryRead(out var pending))
            pending.Decision.TrySetCanceled(CancellationToken.None);
        base.Dispose();
    }

    private async Task WriteAsync(CancellationToken stoppingToken)
    {
        var batch = new Batch(_options.BatchSize);
        var reader = _queue.Reader;
        while (batch.HasLeftover || await reader.WaitToReadAsync(stoppingToken))
        {
            // Behind all that is ready to run at this moment: requests that came together share the commit, and a single one hardly waits.
            await Task.Yield();
            batch.Begin();
            while (!batch.IsFull && reader.TryRead(out var pending))
                batch.Add(pending);
            await CommitAsync(batch, stoppingToken);
        }
    }

    private async Task CommitAsync(Batch batch, CancellationToken stoppingToken)
    {
        var requests = batch.Requests;
        if (requests.Count == 0)
            return;
        var began = _commits.Begin();
        try
        {
            var decisions = await AcceptAsync(requests.ConvertAll(pending => pending.Order), stoppingToken);
            for (var i = 0; i < requests.Count; i++)
                requests[i].Decision.TrySetResult(decisions[i]);
        }
        // The boundary of the loop: each waiting request gets the failure, the loop goes on with the next batch.
        catch (Exception exception)
        {
            foreach (var pending in requests)
                pending.Decision.TrySetException(exception);
        }
        finally
        {
            _commits.End(began);
        }
    }

    // A batch locks whitelist entries that somebody else may be changing in another order; whoever is chosen to give way begins again.
    private async Task<KickDecision[]> AcceptAsync(List<KickOrder> orders, CancellationToken stoppingToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Failpoint.Reach(Failpoint.BeforeCommit);
                var accepting = _store.AcceptAsync(orders, stoppingToken);
                Failpoint.Reach(Failpoint.DuringCommit);
                return await accepting;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < DeadlockAttempts)
            {
                // Nothing was stored: the transaction was undone as a whole.
            }
        }
    }

    [LoggerMessage(4100, LogLevel.Warning, "Kicks are refused: {Waiting} wait for the database, which takes {Milliseconds:0} ms for a commit")]
    private static partial void LogRefused(ILogger logger, int waiting, double milliseconds);

    private sealed class Pending(KickOrder order)
    {
        public KickOrder Order => order;

        public TaskCompletionSource<KickDecision> Decision { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Requests for one transaction; what shares a terminal or an idempotency key with one of them is left for the next.</summary>
    private sealed class Batch(int size)
    {
        private readonly HashSet<string> _terminals = new(StringComparer.Ordinal);
        private readonly HashSet<(Guid, string)> _keys = [];
        private readonly List<Pending> _leftover = [];

        public List<Pending> Requests { get; } = [];

        public bool IsFull => Requests.Count >= size || _leftover.Count >= size;

        public bool HasLeftover => _leftover.Count > 0;

        public void Begin()
        {
            Requests.Clear();
            _terminals.Clear();
            _keys.Clear();
            var waiting = _leftover.ToArray();
            _leftover.Clear();
            foreach (var pending in waiting)
                Add(pending);
        }

        public void Add(Pending pending)
        {
            var order = pending.Order;
            var fits = !_terminals.Contains(order.TerminalId)
                && (order.IdempotencyKey is null || !_keys.Contains((order.Merchant.Value, order.IdempotencyKey)));
            if (!fits)
            {
                _leftover.Add(pending);
                return;
            }

            _terminals.Add(order.TerminalId);
            if (order.IdempotencyKey is not null)
                _keys.Add((order.Merchant.Value, order.IdempotencyKey));
            Requests.Add(pending);
        }
    }
}
