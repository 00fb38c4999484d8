using System.Text.Json;
using System.Threading.Channels;
using CloudKick.Mqtt;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Kicks;
using Npgsql;

namespace CloudKick.Relay.Publishing;

/// <summary>
/// Takes the terminals' own answers and records them, many in one statement. An answer makes a kick <c>delivered</c>; it is news, not
/// a promise: while the database is away answers are dropped with a warning, and the kick goes on without that step.
/// </summary>
internal sealed partial class KickAnswers(NpgsqlDataSource dataSource, NodeIdentity node, ILogger<KickAnswers> logger) : BackgroundService
{
    private const string RecordAnswers = "select record_answers($1, $2, $3, $4)";
    private const int BatchSize = 256;
    private const int Capacity = 10_000;
    private const int MaximumPayload = 4096;
    private const int SharedTopicLevels = 2;
    private static readonly string[] Results = ["accepted", "duplicate", "expired", "wrong-terminal"];

    private readonly Channel<Answer> _queue = Channel.CreateBounded<Answer>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    /// <summary>Takes a message from a response topic; waits when too many are queued, which holds back the broker's next.</summary>
    public ValueTask ReceiveAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        if (TryRead(message) is not { } answer)
        {
            LogNotUnderstood(logger, message.Topic, message.Payload.Length);
            return ValueTask.CompletedTask;
        }
        return _queue.Writer.WriteAsync(answer, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Answer>(BatchSize);
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            batch.Clear();
            while (batch.Count < BatchSize && _queue.Reader.TryRead(out var answer))
                batch.Add(answer);
            try
            {
                await using var command = dataSource.CreateCommand(RecordAnswers);
                command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. batch.Select(answer => answer.Kick.Value)] });
                command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. batch.Select(answer => answer.TerminalId)] });
                command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. batch.Select(answer => answer.Result)] });
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = node.Name });
                await command.ExecuteNonQueryAsync(stoppingToken);
            }
            // The boundary of the loop.
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogDropped(logger, batch.Count, exception.Message);
            }
        }
    }

    /// <summary>
    /// Reads an answer; null when it is not one. A terminal that has a topic of its own must have answered there.
    /// </summary>
    internal static Answer? TryRead(MqttMessage message)
    {
        if (message.Payload.Length > MaximumPayload || !message.Topic.EndsWith(KickTopic.AnswerSuffix, StringComparison.Ordinal))
            return null;
        try
        {
            var payload = JsonSerializer.Deserialize(message.Payload.Span, PublishingJson.Default.AnswerPayload);
            var levels = message.Topic.Split('/');
            // A topic that all terminals share names none; there the database's word on whose kick it is has to do.
            var onItsTopic = payload?.Terminal is { } terminal && (levels.Contains(terminal) || levels.Length == SharedTopicLevels);
            return onItsTopic && KickId.TryParse(payload!.Kick, out var kick) && payload.Result is { } result && Results.Contains(result)
                ? new Answer(kick, payload.Terminal!, result)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [LoggerMessage(4210, LogLevel.Warning, "A message of {Length} bytes on {Topic} is not a terminal's answer; ignored")]
    private static partial void LogNotUnderstood(ILogger logger, string topic, int length);

    [LoggerMessage(4211, LogLevel.Warning, "{Count} terminals' answers could not be recorded and are dropped: {Reason}")]
    private static partial void LogDropped(ILogger logger, int count, string reason);
}

/// <summary>A terminal's answer: <c>accepted</c>, <c>duplicate</c>, or why it refused.</summary>
internal readonly record struct Answer(KickId Kick, string TerminalId, string Result);

/// <summary>The answer as it is written.</summary>
internal sealed record AnswerPayload(string? Kick, string? Terminal, string? Result);
