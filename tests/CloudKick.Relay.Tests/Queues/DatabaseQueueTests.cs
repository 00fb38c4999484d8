using System.Threading.Channels;
using CloudKick.Relay.Queues;
using CloudKick.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace CloudKick.Relay.Tests.Queues;

[CancelAfter(30_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class DatabaseQueueTests : IDisposable
{
    private static readonly DatabaseQueueOptions Options = new() { Capacity = 4, BatchSize = 3, DrainTimeout = TimeSpan.FromSeconds(3) };

    private readonly ManualTimeProvider _clock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<int[]> _written = Channel.CreateUnbounded<int[]>();
    private readonly Channel<int> _refused = Channel.CreateUnbounded<int>();

    public void Dispose() => _stopping.Dispose();

    [Test]
    public async Task Items_are_written_in_order_and_in_batches(CancellationToken cancellationToken)
    {
        var queue = Create();
        for (var i = 1; i <= 4; i++)
            await queue.AddAsync(i, cancellationToken);

        var running = queue.RunAsync(_stopping.Token);

        Assert.That(await _written.Reader.ReadAsync(cancellationToken), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(await _written.Reader.ReadAsync(cancellationToken), Is.EqualTo(new[] { 4 }));
        await StopAsync(running);
    }

    [Test]
    public async Task Whoever_adds_to_a_full_queue_waits(CancellationToken cancellationToken)
    {
        var queue = Create();
        for (var i = 1; i <= 4; i++)
            await queue.AddAsync(i, cancellationToken);

        var adding = queue.AddAsync(5, cancellationToken).AsTask();
        var waited = !adding.IsCompleted;
        var running = queue.RunAsync(_stopping.Token);
        await adding;

        Assert.That(waited, Is.True);
        await StopAsync(running);
    }

    [Test]
    public async Task An_item_that_does_not_fit_begins_the_next_batch(CancellationToken cancellationToken)
    {
        var queue = Create(fits: static (batch, next) => !batch.Contains(next));
        foreach (var item in new[] { 1, 2, 1, 3 })
            await queue.AddAsync(item, cancellationToken);

        var running = queue.RunAsync(_stopping.Token);

        Assert.That(await _written.Reader.ReadAsync(cancellationToken), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(await _written.Reader.ReadAsync(cancellationToken), Is.EqualTo(new[] { 1, 3 }));
        await StopAsync(running);
    }

    [Test]
    public async Task An_absent_database_is_waited_out_ever_more_patiently(CancellationToken cancellationToken)
    {
        var attempts = 0;
        var queue = Create(_ => ++attempts <= 2 ? Unavailable() : null);
        await queue.AddAsync(1, cancellationToken);

        var running = queue.RunAsync(_stopping.Token);
        foreach (var delay in new[] { Options.MinimumRetryDelay, Options.MinimumRetryDelay * 2 })
        {
            await _clock.WaitForTimerAsync(delay, cancellationToken);
            _clock.Advance(delay);
        }

        Assert.That(await _written.Reader.ReadAsync(cancellationToken), Is.EqualTo(new[] { 1 }));
        Assert.That(attempts, Is.EqualTo(3));
        await StopAsync(running);
    }

    [Test]
    public async Task An_item_that_the_database_refuses_holds_nobody_up(CancellationToken cancellationToken)
    {
        var queue = Create(items => items.Contains(2) ? new PostgresException("invalid", "ERROR", "ERROR", PostgresErrorCodes.CharacterNotInRepertoire) : null);
        for (var i = 1; i <= 3; i++)
            await queue.AddAsync(i, cancellationToken);

        var running = queue.RunAsync(_stopping.Token);

        Assert.That(await _refused.Reader.ReadAsync(cancellationToken), Is.EqualTo(2));
        Assert.That(await _written.Reader.ReadAsync(cancellationToken), Is.EqualTo(new[] { 1 }));
        Assert.That(await _written.Reader.ReadAsync(cancellationToken), Is.EqualTo(new[] { 3 }));
        await StopAsync(running);
    }

    [Test]
    public async Task What_is_left_is_written_when_the_node_stops(CancellationToken cancellationToken)
    {
        var queue = Create();
        await queue.AddAsync(1, cancellationToken);
        await _stopping.CancelAsync();

        await queue.RunAsync(_stopping.Token).WaitAsync(cancellationToken);

        Assert.That(await _written.Reader.ReadAsync(cancellationToken), Is.EqualTo(new[] { 1 }));
        Assert.That(async () => await queue.AddAsync(2, cancellationToken), Throws.InstanceOf<ChannelClosedException>());
    }

    [Test]
    public async Task Stopping_does_not_wait_for_an_absent_database_for_ever(CancellationToken cancellationToken)
    {
        var queue = Create(_ => Unavailable());
        await queue.AddAsync(1, cancellationToken);
        var running = queue.RunAsync(_stopping.Token);
        await _clock.WaitForTimerAsync(Options.MinimumRetryDelay, cancellationToken);

        await _stopping.CancelAsync();
        await _clock.WaitForTimerAsync(Options.DrainTimeout, cancellationToken);
        _clock.Advance(Options.DrainTimeout);
        await running.WaitAsync(cancellationToken);

        Assert.That(_written.Reader.Count, Is.Zero);
    }

    private DatabaseQueue<int> Create(Func<IReadOnlyList<int>, NpgsqlException?>? failure = null, Func<IReadOnlyList<int>, int, bool>? fits = null) => new(
        Options,
        (items, _) =>
        {
            if (failure?.Invoke(items) is { } exception)
                return Task.FromException(exception);
            _written.Writer.TryWrite([.. items]);
            return Task.CompletedTask;
        },
        fits ?? (static (_, _) => true),
        (item, _) => _refused.Writer.TryWrite(item),
        _clock,
        NullLogger.Instance);

    private async Task StopAsync(Task running)
    {
        await _stopping.CancelAsync();
        await running;
    }

    private static NpgsqlException Unavailable() => new("gone", new IOException());
}
