using CloudKick.Relay.Kicks;
using CloudKick.Relay.Queues;
using CloudKick.Relay.Database;
using Npgsql;

namespace CloudKick.Relay.CloudConnect;

/// <summary>
/// Remembers which tills still ask the 1.0 way, for the plan that brings them to 2.0. Evidence, not a promise: what does not fit into the
/// queue is dropped. Thread-safe.
/// </summary>
internal sealed partial class CloudConnect1Requests : BackgroundService
{
    /// <summary>The management system that requests of Cloud Connect 1.0 name.</summary>
    public const string ManagementSystem = "08900000002";

    private const string RecordSql = "select record_cloud_connect_1_requests($1, $2, $3)";

    private readonly NpgsqlDataSource _dataSource;
    private readonly DatabaseQueue<Request> _queue;

    public CloudConnect1Requests(NpgsqlDataSource dataSource, TimeProvider timeProvider, ILogger<CloudConnect1Requests> logger)
    {
        _dataSource = dataSource;
        _queue = new DatabaseQueue<Request>(
            new DatabaseQueueOptions { Capacity = 1_000, BatchSize = 200, DrainTimeout = TimeSpan.FromSeconds(1) },
            WriteAsync,
            (_, _) => true,
            (request, fault) => LogNotRecorded(logger, request.TerminalId, fault.SqlState),
            timeProvider,
            logger);
    }

    /// <summary>Notes a request, if it is of the 1.0 kind, once it has been decided.</summary>
    public void Note(KickOrder order)
    {
        if (order.ManagementSystemId == ManagementSystem)
            _queue.TryAdd(new Request(order.Merchant, order.TerminalId));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _queue.RunAsync(stoppingToken);

    private async Task WriteAsync(IReadOnlyList<Request> batch, CancellationToken cancellationToken)
    {
        var kinds = batch.CountBy(request => request).ToList();
        await using var command = _dataSource.CreateCommand(RecordSql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. kinds.Select(kind => kind.Key.Merchant.Value)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. kinds.Select(kind => kind.Key.TerminalId)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. kinds.Select(kind => (long)kind.Value)] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(4860, LogLevel.Warning, "A request of the 1.0 kind for {TerminalId} was not remembered for the migration plan: {SqlState}")]
    private static partial void LogNotRecorded(ILogger logger, string terminalId, string sqlState);

    private sealed record Request(MerchantId Merchant, string TerminalId);
}
