using System.Threading.Channels;
using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;
using CloudKick.Tas;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Sessions;

/// <summary>
/// Keeps this process's connections and the database's sessions of this node the same: at once when a notification tells that a session
/// was replaced by another node's, and by comparing both after whatever may have made them differ, and now and then.
/// </summary>
internal sealed partial class SessionReconciler(
    TasSessions sessions, SessionStore store, SessionEnds ends, NodeHeartbeat heartbeat, DatabaseNotifications notifications,
    NodeIdentity node, IOptions<SessionOptions> options, TimeProvider timeProvider, ILogger<SessionReconciler> logger) : BackgroundService
{
    // One wish is enough, however many there are: the newest one drops the older.
    private readonly Channel<bool> _wanted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    private IDisposable? _listening;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _listening = notifications.On(DatabaseNotifications.TasSessionReplaced, Replaced, resumed: Want);
        heartbeat.Lapsed += Want;
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        heartbeat.Lapsed -= Want;
        _listening?.Dispose();
        await base.StopAsync(cancellationToken);
    }

    /// <summary>Compares once.</summary>
    public async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        // A connection is entered after its row was written, and leaves before its row is closed: so connections of before the
        // question must be in the answer, and settled rows in the answer must have a connection afterwards.
        var connected = sessions.Snapshot();
        var open = await store.ListOpenAsync(node.Name, options.Value.ReconcileGrace, cancellationToken);

        var known = open.Select(session => session.SessionId).ToHashSet();
        foreach (var session in connected.Where(session => !known.Contains(session.Id.Value)))
            Close(session.Id);

        var live = sessions.Snapshot().Select(session => session.Id.Value).ToHashSet();
        foreach (var orphan in open.Where(session => session.Settled && !live.Contains(session.SessionId)))
        {
            WithoutConnection(logger, orphan.SessionId);
            await ends.AddAsync(new TasSessionId(orphan.SessionId), TasCloseReason.Lost, cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await WaitAsync(stoppingToken);
                await ReconcileAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException failure)
            {
                NotCompared(logger, failure.Message);
            }
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var interval = new CancellationTokenSource(options.Value.ReconcileInterval, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(interval.Token, cancellationToken);
        try
        {
            await _wanted.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The interval is over.
        }
    }

    private void Want() => _wanted.Writer.TryWrite(true);

    private void Replaced(string payload)
    {
        if (payload.Split(' ') is [var where, var text] && where == node.Name && Guid.TryParse(text, out var sessionId))
            Close(new TasSessionId(sessionId));
    }

    // One that this process replaced itself is closing already, and keeps its reason.
    private void Close(TasSessionId sessionId)
    {
        if (sessions.Close(sessionId, TasCloseReason.ReplacedElsewhere))
            ClosedElsewhere(logger, sessionId);
    }

    [LoggerMessage(4355, LogLevel.Information, "Session {SessionId} was ended by another node, its connection is closed")]
    private static partial void ClosedElsewhere(ILogger logger, TasSessionId sessionId);

    [LoggerMessage(4356, LogLevel.Warning, "Session {SessionId} has no connection at this node, it is closed")]
    private static partial void WithoutConnection(ILogger logger, Guid sessionId);

    [LoggerMessage(4357, LogLevel.Warning, "Sessions could not be compared with the database: {Reason}")]
    private static partial void NotCompared(ILogger logger, string reason);
}
