using System.Net;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using CloudKick.AwsIot.Queues;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Presence;

/// <summary>
/// Presence from a queue that the cloud's topic rule fills. Nodes share it: each event is recorded by one of them, and deleted once it is in
/// the database. What cannot be read or recorded is left, and comes again until the queue sets it aside with its dead letters.
/// </summary>
internal sealed partial class SqsPresenceSource(
    PresenceQueue queue, PresenceMetrics metrics, IOptions<PresenceOptions> options, TimeProvider timeProvider, ILogger<SqsPresenceSource> logger)
    : IPresenceSource
{
    private const string NoDeadLetters = "no dead-letter queue (the queue has none, so it comes again until it is too old)";
    private const string UnknownDeadLetters = "the queue's dead-letter queue, if it has one";

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private volatile string? _fault = "the queue has not answered yet";
    private volatile string _deadLetters = UnknownDeadLetters;

    public string? Fault => _fault;

    public Task RunAsync(PresenceDelivery deliver, CancellationToken stoppingToken)
    {
        var readers = Enumerable.Range(0, options.Value.QueueReaders).Select(_ => ReadAsync(deliver, stoppingToken));
        return Task.WhenAll(readers.Append(LookForDeadLettersAsync(stoppingToken)));
    }

    private async Task ReadAsync(PresenceDelivery deliver, CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var messages = await queue.ReceiveAsync(stoppingToken);
                Works();
                await TakeAsync(messages, deliver, stoppingToken);
                pause = FirstPause;
                continue;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            // The loop's boundary: whatever keeps the queue from being read, it is tried again.
            catch (Exception failure)
            {
                Fails(failure);
            }

            await PauseAsync(pause, stoppingToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task TakeAsync(IReadOnlyList<Message> messages, PresenceDelivery deliver, CancellationToken stoppingToken)
    {
        List<(Message Message, Task<bool> Recorded)> taken = [];
        foreach (var message in messages)
        {
            if (LifecycleEventReader.TryRead(Encoding.UTF8.GetBytes(message.Body ?? ""), timeProvider.GetUtcNow(), out var read, out var fault))
                taken.Add((message, await deliver(read!, stoppingToken)));
            else
                PassOver(message, fault!);
        }

        await WaitAsync(Task.WhenAll(taken.Select(next => next.Recorded)), stoppingToken);
        Message[] done = [.. taken.Where(next => next.Recorded.IsCompletedSuccessfully && next.Recorded.Result).Select(next => next.Message)];
        if (done.Length > 0 && await queue.DeleteAsync(done) is [var first, ..] failed)
            LogNotDeleted(logger, failed.Count, first.Code, first.Message);
    }

    // A node that stops gives the database a little longer, so that what it has recorded need not come again.
    private async Task WaitAsync(Task recorded, CancellationToken stoppingToken)
    {
        await recorded.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!recorded.IsCompleted)
            await recorded.WaitAsync(options.Value.DrainTimeout, timeProvider, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void PassOver(Message message, string fault)
    {
        metrics.Malformed();
        LogMalformed(logger, message.MessageId, message.Body?.Length ?? 0, fault, PresenceQueue.DeliveryOf(message), _deadLetters);
    }

    // Only to be able to tell: where the relay may not ask, it reads the queue all the same.
    private async Task LookForDeadLettersAsync(CancellationToken stoppingToken)
    {
        for (var pause = FirstPause; !stoppingToken.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                _deadLetters = await queue.FindDeadLettersAsync(stoppingToken) ?? NoDeadLetters;
                LogReads(logger, queue.Url, _deadLetters);
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (IsDenied(failure) || failure is JsonException or KeyNotFoundException)
            {
                LogDeadLettersUnknown(logger, failure.Message);
                return;
            }
            // The loop's boundary, as above.
            catch (Exception failure)
            {
                Fails(failure);
            }

            await PauseAsync(pause, stoppingToken);
        }
    }

    // Nodes, and readers, that failed together must not ask together for ever.
    private async Task PauseAsync(TimeSpan pause, CancellationToken stoppingToken) =>
        await Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Works()
    {
        if (Interlocked.Exchange(ref _fault, null) is not null)
            LogWorks(logger, queue.Url);
    }

    private void Fails(Exception failure)
    {
        metrics.QueueFailed();
        var fault = Describe(failure);
        // Said once for all readers, and again when it is another one.
        if (Interlocked.Exchange(ref _fault, fault) != fault)
            LogFails(logger, queue.Url, fault);
    }

    // SQS throttles with 403 too.
    private static bool IsDenied(Exception failure) =>
        failure is (AmazonServiceException { StatusCode: HttpStatusCode.Forbidden } or AmazonServiceException { ErrorCode: "AccessDeniedException" or "AccessDenied" })
            and not (OverLimitException or RequestThrottledException);

    private static string Describe(Exception failure) => failure switch
    {
        QueueDoesNotExistException => $"{failure.Message} Is CloudKick:Presence:QueueUrl right, and the account?",
        _ when IsDenied(failure) =>
            $"{failure.Message} Does the relay's role allow sqs:ReceiveMessage and sqs:DeleteMessage on the queue?",
        AmazonServiceException => $"SQS failed: {failure.Message}",
        AmazonClientException => $"nothing could be sent: {failure.Message}",
        _ => $"no answer: {failure.Message}",
    };

    [LoggerMessage(4305, LogLevel.Information, "Presence events come from {Queue}; what cannot be read or recorded goes to {DeadLetters}")]
    private static partial void LogReads(ILogger logger, string queue, string deadLetters);

    [LoggerMessage(4306, LogLevel.Warning, "Where the presence queue's dead letters go is not known: {Reason}. Does the relay's role allow sqs:GetQueueAttributes on the queue?")]
    private static partial void LogDeadLettersUnknown(ILogger logger, string reason);

    [LoggerMessage(4307, LogLevel.Error, "The presence queue {Queue} cannot be read: {Reason}. It is tried again less and less often, every 30 s in the end.")]
    private static partial void LogFails(ILogger logger, string queue, string reason);

    [LoggerMessage(4308, LogLevel.Information, "The presence queue {Queue} can be read")]
    private static partial void LogWorks(ILogger logger, string queue);

    [LoggerMessage(4309, LogLevel.Warning, "Message {MessageId} of {Length} characters in the presence queue is no presence event: {Fault}. It came for the {Delivery}. time and is left to {DeadLetters}.")]
    private static partial void LogMalformed(ILogger logger, string? messageId, int length, string fault, string? delivery, string deadLetters);

    [LoggerMessage(4310, LogLevel.Warning, "{Count} presence events that were recorded are still in the queue and come again: {Code}, {Reason}")]
    private static partial void LogNotDeleted(ILogger logger, int count, string? code, string? reason);
}
