using System.Threading.Channels;
using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Kicks;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Publishing;

/// <summary>
/// Writes how attempts ended, many in one commit. While the database is away it tries again; what it cannot write before the lease
/// lapses is taken over by whoever sweeps next, as an attempt of which nothing is known. Thread-safe.
/// </summary>
internal sealed partial class AttemptRecorder : BackgroundService
{
    private const string RecordAcknowledged = "select published_at, otherwise from record_acknowledged($1, $2, $3)";
    private const string ReleaseKicks = "select release_kicks($1, $2, $3, $4, $5, $6)";
    private const string FailKicks = "select fail_kicks($1, $2, $3, $4, $5)";
    private const string RecordAnswers = "select record_answers($1, $2, $3, $4)";
    private const string RefusedCode = "refused-by-cloud";
    private const string OfflineCode = "terminal-offline";
    private const string AnswerAccepted = "accepted";
    private const int BatchSize = 256;
    private const int Capacity = 100_000;

    // A terminal needs a while to come back.
    private static readonly TimeSpan OfflineRetryAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    private readonly KickConnections _connections;
    private readonly NodeIdentity _node;
    private readonly DatabaseOptions _database;
    private readonly KickOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<AttemptRecorder> _logger;

    // Full only when the database has been away for long: then attempts wait here, and with them the kicks that are taken on.
    private readonly Channel<Entry> _queue = Channel.CreateBounded<Entry>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    public AttemptRecorder(
        KickConnections connections, NodeIdentity node, IOptions<DatabaseOptions> database, IOptions<KickOptions> options, TimeProvider timeProvider, ILogger<AttemptRecorder> logger)
    {
        _connections = connections;
        _node = node;
        _database = database.Value;
        _options = options.Value;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    /// <summary>
    /// Completes when the outcome is written, was given up because its lease has lapsed, or the node is stopping. The result says since
    /// when the kick is published; null when it is not, or more has happened to it meanwhile: then the database knows.
    /// </summary>
    public async Task<DateTime?> RecordAsync(KickAttempt attempt, AttemptResult result)
    {
        var entry = new Entry(attempt, result);
        try
        {
            await _queue.Writer.WriteAsync(entry, CancellationToken.None);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
        return await entry.Done.Task;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Entry>(BatchSize);
        // Ends when the queue is completed and empty: what ended before the node stops is still written.
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            // Behind all that is ready to run: the broker acknowledges many at once.
            await Task.Yield();
            batch.Clear();
            while (batch.Count < BatchSize && _queue.Reader.TryRead(out var entry))
                batch.Add(entry);
            await WriteAsync(batch, stoppingToken);
            foreach (var entry in batch)
                entry.Done.TrySetResult(null);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        if (ExecuteTask is { } writing)
            await Task.WhenAny(writing, Task.Delay(_options.Lease, _timeProvider, cancellationToken));
        await base.StopAsync(cancellationToken);
    }

    private async Task WriteAsync(List<Entry> batch, CancellationToken stoppingToken)
    {
        while (true)
        {
            batch.RemoveAll(HasLapsed);
            if (batch.Count == 0)
                return;
            try
            {
                await WriteOnceAsync(batch);
                return;
            }
            catch (PostgresException exception) when (!DatabaseFailure.IsUnavailable(exception) && !exception.IsTransient)
            {
                if (batch.Count == 1)
                {
                    // Another try would fail too. The lease lapses, and whoever sweeps next takes the kick over.
                    LogRefused(_logger, batch[0].Attempt.Kick, batch[0].Attempt.Number, exception.Message);
                    return;
                }
                // One of them is at fault: each alone, so that the others are written.
                foreach (var entry in batch)
                    await WriteAsync([entry], stoppingToken);
                return;
            }
            // The boundary of the loop: whatever else it was, an outcome is worth another try until its lease lapses.
            catch (Exception exception)
            {
                LogNotWritten(_logger, batch.Count, exception.Message, DatabaseFailure.IsUnavailable(exception) ? "unavailable" : "failed");
                if (stoppingToken.IsCancellationRequested)
                    return;
                await Task.Delay(RetryDelay, _timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // All in one transaction and one round trip.
    private async Task WriteOnceAsync(List<Entry> batch)
    {
        await using var connection = await _connections.Recording.OpenConnectionAsync(CancellationToken.None);
        await using var commands = connection.CreateBatch();
        var acknowledged = Of(batch, AttemptOutcome.Acknowledged, AttemptOutcome.Delivered)
            .GroupBy(entry => entry.Attempt.Number, (number, entries) => (Number: number, Entries: entries.ToArray()))
            .ToArray();
        // Answers first: they lock the open kick before the kick, as the terminal's session does, which may come at this very moment.
        var delivered = Of(batch, AttemptOutcome.Delivered);
        AddAnswers(commands, delivered);
        foreach (var (number, entries) in acknowledged)
            AddAcknowledged(commands, number, entries);
        Add(commands, ReleaseKicks, Of(batch, AttemptOutcome.NotSent, AttemptOutcome.Unknown), AddRelease);
        Add(commands, ReleaseKicks, Array.FindAll(Of(batch, AttemptOutcome.Offline), entry => entry.Attempt.TryOffline), AddReleaseOfOffline);
        Add(commands, FailKicks, [.. batch.Where(entry => entry.Result.Outcome is AttemptOutcome.Refused || IsOfflineForGood(entry))], AddFailure);

        if (_database.PrepareStatements)
            await commands.PrepareAsync(CancellationToken.None);
        await using var reader = await commands.ExecuteReaderAsync(CancellationToken.None);
        if (delivered.Length > 0)
            await reader.NextResultAsync(CancellationToken.None);
        var published = new List<(Entry[] Entries, DateTime At, Guid[]? Otherwise)>(acknowledged.Length);
        foreach (var (_, entries) in acknowledged)
        {
            await reader.ReadAsync(CancellationToken.None);
            published.Add((entries, reader.GetDateTime(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<Guid[]>(1)));
            await reader.NextResultAsync(CancellationToken.None);
        }

        // What follows them may still fail, and nothing is committed before the end.
        while (await reader.NextResultAsync(CancellationToken.None))
        {
        }

        foreach (var (entries, at, otherwise) in published)
        {
            foreach (var entry in entries.Where(entry => entry.Result.Outcome is AttemptOutcome.Acknowledged))
                entry.Done.TrySetResult(otherwise is null || !otherwise.Contains(entry.Attempt.Kick.Value) ? at : null);
        }
    }

    private static Entry[] Of(List<Entry> batch, params ReadOnlySpan<AttemptOutcome> outcomes)
    {
        var entries = new List<Entry>();
        foreach (var entry in batch)
        {
            if (outcomes.Contains(entry.Result.Outcome))
                entries.Add(entry);
        }
        return [.. entries];
    }

    // The terminal's acknowledgement of a direct message is its answer.
    private void AddAnswers(NpgsqlBatch commands, Entry[] entries)
    {
        if (entries.Length == 0)
            return;
        var command = new NpgsqlBatchCommand(RecordAnswers);
        command.Parameters.Add(Kicks(entries));
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = Array.ConvertAll(entries, entry => entry.Attempt.TerminalId) });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = Array.ConvertAll(entries, _ => AnswerAccepted) });
        AddNode(command, entries);
        commands.BatchCommands.Add(command);
    }

    private bool HasLapsed(Entry entry)
    {
        var lapsed = _timeProvider.GetElapsedTime(entry.Attempt.LeasedTimestamp) > _options.Lease;
        if (lapsed)
            entry.Done.TrySetResult(null);
        return lapsed;
    }

    private void AddAcknowledged(NpgsqlBatch commands, int number, Entry[] entries)
    {
        var command = new NpgsqlBatchCommand(RecordAcknowledged);
        command.Parameters.Add(Kicks(entries));
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = number });
        AddNode(command, entries);
        commands.BatchCommands.Add(command);
    }

    private static void Add(NpgsqlBatch commands, string sql, Entry[] entries, Action<NpgsqlBatchCommand, Entry[]> addRest)
    {
        if (entries.Length == 0)
            return;
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(Kicks(entries));
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = Array.ConvertAll(entries, entry => entry.Attempt.Number) });
        addRest(command, entries);
        commands.BatchCommands.Add(command);
    }

    private static NpgsqlParameter<Guid[]> Kicks(Entry[] entries) =>
        new() { TypedValue = Array.ConvertAll(entries, entry => entry.Attempt.Kick.Value) };

    private void AddNode(NpgsqlBatchCommand command, Entry[] entries) =>
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _node.Name });

    private static bool IsOfflineForGood(Entry entry) => entry.Result.Outcome is AttemptOutcome.Offline && !entry.Attempt.TryOffline;

    private void AddRelease(NpgsqlBatchCommand command, Entry[] entries) => AddRelease(command, entries, _options.RetryAfter);

    private void AddReleaseOfOffline(NpgsqlBatchCommand command, Entry[] entries) => AddRelease(command, entries, OfflineRetryAfter);

    private void AddRelease(NpgsqlBatchCommand command, Entry[] entries, TimeSpan retryAfter)
    {
        command.Parameters.Add(new NpgsqlParameter<bool[]> { TypedValue = Array.ConvertAll(entries, entry => entry.Result.Outcome is AttemptOutcome.Unknown) });
        AddDetails(command, entries);
        AddNode(command, entries);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = retryAfter });
    }

    private void AddFailure(NpgsqlBatchCommand command, Entry[] entries)
    {
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = Array.ConvertAll(entries, entry => entry.Result.Outcome is AttemptOutcome.Offline ? OfflineCode : RefusedCode) });
        AddDetails(command, entries);
        AddNode(command, entries);
    }

    private static void AddDetails(NpgsqlBatchCommand command, Entry[] entries) =>
        command.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = Array.ConvertAll(entries, entry => entry.Result.Detail) });

    [LoggerMessage(4201, LogLevel.Warning, "The outcomes of {Count} attempts could not be written, the database is {State}: {Reason}")]
    private static partial void LogNotWritten(ILogger logger, int count, string reason, string state);

    [LoggerMessage(4202, LogLevel.Error, "The outcome of kick {Kick}, attempt {Attempt}, is refused by the database: {Reason}")]
    private static partial void LogRefused(ILogger logger, KickId kick, int attempt, string reason);

    private sealed record Entry(KickAttempt Attempt, AttemptResult Result)
    {
        public TaskCompletionSource<DateTime?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
