using System.Threading.Channels;
using CloudKick.Relay.Database;
using Npgsql;

namespace CloudKick.Relay.Queues;

/// <summary>
/// Writes items to the database in batches and in their order, by one writer that waits out an absent database. Bounded: when it is
/// full, adding waits. An item that the database refuses for what it is goes to <c>refused</c> and holds nobody up.
/// </summary>
/// <param name="options">The bounds.</param>
/// <param name="write">Writes a batch in one transaction; may be called again with the same items after a failure.</param>
/// <param name="fits">Whether an item may go into the same batch as those before it; called once per item and batch.</param>
/// <param name="refused">Takes an item that cannot be written.</param>
/// <param name="timeProvider">Where the waiting comes from.</param>
/// <param name="logger">Told of failures.</param>
internal sealed partial class DatabaseQueue<T>(
    DatabaseQueueOptions options, Func<IReadOnlyList<T>, CancellationToken, Task> write, Func<IReadOnlyList<T>, T, bool> fits,
    Action<T, PostgresException> refused, TimeProvider timeProvider, ILogger logger)
{
    private readonly Channel<T> _waiting = Channel.CreateBounded<T>(
        new BoundedChannelOptions(options.Capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    // What is being written; the writer's alone. It outlives a cancelled attempt, so that draining begins with it.
    private readonly List<T> _batch = [];

    /// <summary>How many wait.</summary>
    public int Count => _waiting.Reader.Count;

    /// <summary>Adds an item; waits while the queue is full.</summary>
    /// <exception cref="ChannelClosedException">The host has stopped.</exception>
    public ValueTask AddAsync(T item, CancellationToken cancellationToken) => _waiting.Writer.WriteAsync(item, cancellationToken);

    /// <summary>Adds an item if there is room; false when there is none, or the host has stopped.</summary>
    public bool TryAdd(T item) => _waiting.Writer.TryWrite(item);

    /// <summary>Writes until stopped, then takes no more and writes what is left, as long as the drain timeout allows. Call once.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            await WriteAllAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // On to draining.
        }

        _waiting.Writer.TryComplete();
        using var deadline = new CancellationTokenSource(options.DrainTimeout, timeProvider);
        try
        {
            await WriteAllAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            LeftUnwritten(logger, typeof(T).Name, _batch.Count + _waiting.Reader.Count);
        }
    }

    private async Task WriteAllAsync(CancellationToken cancellationToken)
    {
        while (_batch.Count > 0 || await _waiting.Reader.WaitToReadAsync(cancellationToken))
        {
            while (_batch.Count < options.BatchSize && _waiting.Reader.TryPeek(out var next) && (_batch.Count == 0 || fits(_batch, next)))
            {
                _waiting.Reader.TryRead(out _);
                _batch.Add(next);
            }

            await WriteBatchAsync(cancellationToken);
            _batch.Clear();
        }
    }

    private async Task WriteBatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PersistAsync(_batch, cancellationToken);
        }
        catch (PostgresException) when (_batch.Count > 1)
        {
            // One of them is at fault: each alone, so that the others are kept.
            while (_batch.Count > 0)
            {
                await WriteAloneAsync(_batch[0], cancellationToken);
                _batch.RemoveAt(0);
            }
        }
        catch (PostgresException fault)
        {
            refused(_batch[0], fault);
        }
    }

    private async Task WriteAloneAsync(T item, CancellationToken cancellationToken)
    {
        try
        {
            await PersistAsync([item], cancellationToken);
        }
        catch (PostgresException fault)
        {
            refused(item, fault);
        }
    }

    // Tries until it is written, or the database refuses the items themselves.
    private async Task PersistAsync(List<T> items, CancellationToken cancellationToken)
    {
        var delay = options.MinimumRetryDelay;
        while (true)
        {
            try
            {
                await write(items, cancellationToken);
                return;
            }
            catch (NpgsqlException failure) when (DatabaseFailure.IsUnavailable(failure) || failure.IsTransient || failure is not PostgresException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Retries(logger, typeof(T).Name, items.Count, Count, delay.TotalMilliseconds, failure.Message);
            }

            await Task.Delay(delay, timeProvider, cancellationToken);
            delay = delay * 2 < options.MaximumRetryDelay ? delay * 2 : options.MaximumRetryDelay;
        }
    }

    [LoggerMessage(4060, LogLevel.Warning, "{Count} items of {Kind} could not be written, {Waiting} more wait; again in {Milliseconds:0} ms: {Reason}")]
    private static partial void Retries(ILogger logger, string kind, int count, int waiting, double milliseconds, string reason);

    [LoggerMessage(4061, LogLevel.Error, "{Count} items of {Kind} were not written: the database did not answer while the node stopped")]
    private static partial void LeftUnwritten(ILogger logger, string kind, int count);
}
