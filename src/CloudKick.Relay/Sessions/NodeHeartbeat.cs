using CloudKick.Relay.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Sessions;

/// <summary>
/// Says in the database that this node lives, and closes there the sessions of nodes that do not; takes its leave when the node stops.
/// </summary>
internal sealed partial class NodeHeartbeat(
    SessionStore store, NodeIdentity node, IOptions<NodeOptions> options, TimeProvider timeProvider, ILogger<NodeHeartbeat> logger)
    : BackgroundService
{
    private const long Never = long.MinValue;

    private long _lastBeat = Never;
    private bool _failing;

    /// <summary>Called after a heartbeat that came so late that other nodes may have closed this node's sessions.</summary>
    public event Action? Lapsed;

    /// <summary>Whether the last heartbeat is recent enough for other nodes to count this one among the living.</summary>
    public bool IsAlive => Volatile.Read(ref _lastBeat) is var last && last != Never && timeProvider.GetElapsedTime(last) < options.Value.Timeout;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first terminal can come: a session of an unknown node would be closed by the others.
        await BeatAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var timeout = new CancellationTokenSource(options.Value.Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await store.DepartAsync(node.Name, either.Token);
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
        {
            DepartureNotRecorded(logger, exception.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Heartbeat, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await BeatAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        // The moment before: the database may have taken note at any time since.
        var moment = timeProvider.GetTimestamp();
        using var timeout = new CancellationTokenSource(options.Value.Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await store.BeatAsync(node.Name, options.Value.Timeout, either.Token);
        }
        catch (Exception exception) when (exception is NpgsqlException || (exception is OperationCanceledException && timeout.IsCancellationRequested))
        {
            if (!_failing)
                NotHeard(logger, exception.Message);
            _failing = true;
            return;
        }

        var last = _lastBeat;
        Volatile.Write(ref _lastBeat, moment);
        if (_failing)
            HeardAgain(logger);
        _failing = false;
        if (last != Never && timeProvider.GetElapsedTime(last, moment) >= options.Value.Timeout)
            Lapsed?.Invoke();
    }

    [LoggerMessage(4352, LogLevel.Warning, "The node's heartbeat is not recorded, no terminal is let in until it is: {Reason}")]
    private static partial void NotHeard(ILogger logger, string reason);

    [LoggerMessage(4353, LogLevel.Information, "The node's heartbeat is recorded again")]
    private static partial void HeardAgain(ILogger logger);

    [LoggerMessage(4354, LogLevel.Warning, "The node's departure was not recorded, other nodes will miss it: {Reason}")]
    private static partial void DepartureNotRecorded(ILogger logger, string reason);
}
