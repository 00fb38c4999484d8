using CloudKick.Relay.Queues;
using CloudKick.Tas;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Sessions;

/// <summary>
/// Records the ends of sessions: also while the database is away (they wait) and while the node stops (for a bounded time; what is left
/// then is closed by the node's departure, or by the other nodes once they miss its heartbeat).
/// </summary>
internal sealed partial class SessionEnds : BackgroundService
{
    private const int BatchSize = 500;

    private readonly DatabaseQueue<SessionEnd> _queue;
    private readonly ILogger<SessionEnds> _logger;

    public SessionEnds(SessionStore store, IOptions<SessionOptions> options, TimeProvider timeProvider, ILogger<SessionEnds> logger)
    {
        _logger = logger;
        var bounds = new DatabaseQueueOptions
        {
            Capacity = options.Value.MaximumUnrecordedEnds,
            BatchSize = BatchSize,
            DrainTimeout = options.Value.DrainTimeout,
        };
        _queue = new DatabaseQueue<SessionEnd>(
            bounds, store.CloseAsync, static (_, _) => true, (end, fault) => NotRecorded(_logger, end.SessionId, fault), timeProvider, logger);
    }

    /// <summary>Records the end in the background; waits while too many ends wait already.</summary>
    public ValueTask AddAsync(TasSessionId session, TasCloseReason reason, CancellationToken cancellationToken) =>
        _queue.AddAsync(new SessionEnd(session.Value, Word(reason)), cancellationToken);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _queue.RunAsync(stoppingToken);

    private static string Word(TasCloseReason reason) => reason switch
    {
        TasCloseReason.ByTerminal => "by_terminal",
        TasCloseReason.Lost => "lost",
        TasCloseReason.Replaced or TasCloseReason.ReplacedElsewhere => "replaced",
        TasCloseReason.Silent => "silent",
        TasCloseReason.ProtocolError => "protocol_error",
        TasCloseReason.NodeStopping => "node_stopped",
        TasCloseReason.AdmissionFailed => "admission_failed",
        _ => "other",
    };

    [LoggerMessage(4350, LogLevel.Error, "The end of session {SessionId} cannot be recorded")]
    private static partial void NotRecorded(ILogger logger, Guid sessionId, PostgresException exception);
}
