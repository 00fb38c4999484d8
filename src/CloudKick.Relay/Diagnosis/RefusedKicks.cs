using CloudKick.Relay.Database;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Queues;
using Npgsql;

namespace CloudKick.Relay.Diagnosis;

/// <summary>
/// Remembers which requests were refused because the till or the whitelist is set up wrongly, for the diagnosis. Evidence, not a promise:
/// what does not fit into the queue is dropped. Thread-safe.
/// </summary>
internal sealed partial class RefusedKicks : BackgroundService
{
    public const string Mismatch = "management-system-mismatch";
    public const string CloudConnect1 = "cloud-connect-1";
    public const string NotWhitelisted = "terminal-not-whitelisted";

    private const string RecordSql = "select record_refused_kicks($1, $2, $3, $4, $5, $6)";

    private readonly NpgsqlDataSource _dataSource;
    private readonly TimeProvider _timeProvider;
    private readonly DatabaseQueue<Refusal> _queue;

    public RefusedKicks(NpgsqlDataSource dataSource, TimeProvider timeProvider, ILogger<RefusedKicks> logger)
    {
        _dataSource = dataSource;
        _timeProvider = timeProvider;
        _queue = new DatabaseQueue<Refusal>(
            new DatabaseQueueOptions { Capacity = 1_000, BatchSize = 200, DrainTimeout = TimeSpan.FromSeconds(1) },
            WriteAsync,
            (_, _) => true,
            (refusal, fault) => LogNotRecorded(logger, refusal.Code, fault.SqlState),
            timeProvider,
            logger);
    }

    /// <summary>Notes a refusal if it says something of how the till or the whitelist is set up.</summary>
    public void Note(KickOrder order, KickVerdict verdict)
    {
        var code = verdict switch
        {
            KickVerdict.ManagementSystemMismatch => Mismatch,
            KickVerdict.CloudConnect1 => CloudConnect1,
            KickVerdict.NotWhitelisted => NotWhitelisted,
            _ => null,
        };
        if (code is not null)
            _queue.TryAdd(new Refusal(order.Merchant, order.TerminalId, code, order.ManagementSystemId, _timeProvider.GetUtcNow()));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _queue.RunAsync(stoppingToken);

    private async Task WriteAsync(IReadOnlyList<Refusal> batch, CancellationToken cancellationToken)
    {
        // One row of each kind: a till that repeats its mistake adds to the count.
        var kinds = batch.GroupBy(refusal => (refusal.Merchant, refusal.TerminalId, refusal.Code))
            .Select(kind => (Last: kind.MaxBy(refusal => refusal.At)!, Count: kind.LongCount())).ToList();
        await using var command = _dataSource.CreateCommand(RecordSql);
        Add(command, kinds.ConvertAll(kind => kind.Last.Merchant.Value));
        Add(command, kinds.ConvertAll(kind => kind.Last.TerminalId));
        Add(command, kinds.ConvertAll(kind => kind.Last.Code));
        Add(command, kinds.ConvertAll(kind => kind.Last.ManagementSystemId));
        Add(command, kinds.ConvertAll(kind => kind.Last.At.UtcDateTime));
        Add(command, kinds.ConvertAll(kind => kind.Count));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Add<T>(NpgsqlCommand command, List<T> values) =>
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = [.. values] });

    [LoggerMessage(4850, LogLevel.Warning, "A refused request ({Code}) was not remembered for the diagnosis: {SqlState}")]
    private static partial void LogNotRecorded(ILogger logger, string code, string sqlState);

    private sealed record Refusal(MerchantId Merchant, string TerminalId, string Code, string ManagementSystemId, DateTimeOffset At);
}
