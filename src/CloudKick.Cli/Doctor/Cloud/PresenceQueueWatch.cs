using System.Globalization;
using System.Text.Json;
using CloudKick.AwsIot.Queues;

namespace CloudKick.Cli.Doctor.Cloud;

/// <summary>
/// Looks for a trial's visitors among the events of the presence queue, beside the relay, which reads it too and gets its share. What is a
/// visitor's is deleted; everything else comes back by itself, seconds later, for those whom it concerns. Thread-safe.
/// </summary>
/// <param name="queues">SQS.</param>
/// <param name="queueUrl">The queue.</param>
/// <param name="visitors">What the visitors' client ids begin with.</param>
/// <param name="since">What happened before is no evidence of anything flowing now.</param>
internal sealed class PresenceQueueWatch(IAmazonSQS queues, string queueUrl, string visitors, DateTimeOffset since)
{
    // SQS deals messages out among those who ask: as many as two nodes of the relay have.
    private const int Readers = 8;
    private const int MaximumMessages = 10;
    private const int WaitSeconds = 2;

    // A terminal's news is late by this at most. A message that comes back to us is one that nobody else takes, and each time counts
    // towards its being set aside: from then on they stay away until the trial is over.
    private const int ShortlyHiddenSeconds = 2;
    private const int LongHiddenSeconds = 15;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _others = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _hiddenSeconds = ShortlyHiddenSeconds;

    /// <summary>Whether a visitor's coming was seen.</summary>
    public bool Connected { get; private set; }

    /// <summary>Whether a visitor's going was seen.</summary>
    public bool Disconnected { get; private set; }

    /// <summary>How many events of other clients came that happened since the beginning.</summary>
    public int FreshOfOthers { get; private set; }

    /// <summary>Why the visitors' events could not be deleted; null when they could, or there were none.</summary>
    public Exception? NotDeleted { get; private set; }

    /// <summary>Ends when a visitor's coming and going were both seen.</summary>
    public Task Complete => _complete.Task;

    /// <summary>Reads until the token ends it. Throws what <see cref="CloudKick.AwsIot.AwsServiceClient"/> says.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => ReadAsync(ending)));
    }

    private async Task ReadAsync(CancellationTokenSource ending)
    {
        try
        {
            while (true)
            {
                var answer = await queues.ReceiveMessageAsync(
                    new ReceiveMessageRequest
                    {
                        QueueUrl = queueUrl, MaxNumberOfMessages = MaximumMessages, WaitTimeSeconds = WaitSeconds, VisibilityTimeout = Volatile.Read(ref _hiddenSeconds),
                    },
                    ending.Token);
                var events = answer.Messages.Select(message => (Message: message, Event: Read(message.Body ?? ""))).ToArray();
                await DeleteAsync([.. events.Where(read => IsVisitors(read.Event)).Select(read => read.Message)], ending.Token);
                foreach (var (message, read) in events)
                    Note(message, read);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The trial is over, or another reader has failed and says why.
        }
        finally
        {
            await ending.CancelAsync();
        }
    }

    private bool IsVisitors(Event read) => read.ClientId?.StartsWith(visitors, StringComparison.Ordinal) ?? false;

    private void Note(Message message, Event read)
    {
        lock (_lock)
        {
            if (IsVisitors(read))
            {
                Connected |= read.Type == "connected";
                Disconnected |= read.Type == "disconnected";
                if (Connected && Disconnected)
                    _complete.TrySetResult();
            }
            else if (!_others.Add(message.MessageId ?? ""))
            {
                Volatile.Write(ref _hiddenSeconds, LongHiddenSeconds);
            }
            else if (read.At >= since)
            {
                FreshOfOthers++;
            }
        }
    }

    private async Task DeleteAsync(Message[] messages, CancellationToken cancellationToken)
    {
        if (messages.Length == 0)
            return;
        var entries = messages.Select((message, index) => new DeleteMessageBatchRequestEntry
        {
            Id = index.ToString(CultureInfo.InvariantCulture), ReceiptHandle = message.ReceiptHandle,
        });
        try
        {
            await queues.DeleteMessageBatchAsync(new DeleteMessageBatchRequest { QueueUrl = queueUrl, Entries = [.. entries] }, cancellationToken);
        }
        catch (Exception exception) when (AwsFault.Explains(exception))
        {
            NotDeleted = exception;
        }
    }

    // Anything may be in the queue; what is no event is nobody's.
    private static Event Read(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object ? new(Text(root, "clientId"), Text(root, "eventType"), Time(root)) : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    private static DateTimeOffset Time(JsonElement root) =>
        root.TryGetProperty("timestamp", out var member) && member.ValueKind == JsonValueKind.Number && member.TryGetInt64(out var milliseconds)
        && milliseconds > 0 && milliseconds < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : default;

    private readonly record struct Event(string? ClientId, string? Type, DateTimeOffset At);
}
