using System.Collections.Concurrent;
using CloudKick.AwsIot.Queues;
using CloudKick.Cli.Doctor.Cloud;
using CloudKick.Testing;

namespace CloudKick.Cli.Tests.Doctor;

/// <summary>What the doctor does to events of others while it looks for its own.</summary>
[CancelAfter(30_000)]
internal sealed class PresenceQueueWatchTests
{
    [Test]
    public async Task What_is_others_is_hidden_for_two_seconds(CancellationToken cancellationToken)
    {
        var asked = await WatchAsync(["m-1", "m-2"], requests: 10, cancellationToken);

        Assert.That(asked, Is.All.EqualTo(2));
    }

    [Test]
    public async Task What_comes_back_because_nobody_else_takes_it_stays_away_until_the_trial_is_over(CancellationToken cancellationToken)
    {
        var asked = await WatchAsync(["m-1", "m-1"], requests: 10, cancellationToken);

        Assert.That(asked, Has.Some.EqualTo(15), "each time counts towards its being set aside");
        Assert.That(asked.Take(8), Is.All.EqualTo(2));
    }

    /// <summary>For how long messages were asked to be hidden, by each of so many requests: the first ones get these messages, the others nothing.</summary>
    private static async Task<IReadOnlyList<int?>> WatchAsync(string[] messages, int requests, CancellationToken cancellationToken)
    {
        using var queue = new FakeQueue(messages);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = new PresenceQueueWatch(queue, "https://queue.example/presence", "relay-doctor-", TimeProvider.System.GetUtcNow());

        var watching = watch.RunAsync(stopping.Token);
        await Eventually.HoldsAsync(() => queue.Asked.Count >= requests, cancellationToken);
        await stopping.CancelAsync();
        await watching;

        return [.. queue.Asked];
    }

    private sealed class FakeQueue(string[] messages) : IAmazonSQS
    {
        private const int Readers = 8;

        private readonly TaskCompletionSource _allAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _given;

        public ConcurrentQueue<int?> Asked { get; } = [];

        public async Task<ReceiveMessageResponse> ReceiveMessageAsync(ReceiveMessageRequest request, CancellationToken cancellationToken = default)
        {
            Asked.Enqueue(request.VisibilityTimeout);
            // All readers ask before the first is answered.
            if (Asked.Count >= Readers)
                _allAsked.TrySetResult();
            await _allAsked.Task.WaitAsync(cancellationToken);
            if (Interlocked.Increment(ref _given) is var number && number > messages.Length)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            return new ReceiveMessageResponse
            {
                Messages = [new Message { MessageId = messages[number - 1], Body = """{"clientId":"NL000123","eventType":"connected","timestamp":1700000000000}""" }],
            };
        }

        public Task<DeleteMessageBatchResponse> DeleteMessageBatchAsync(DeleteMessageBatchRequest request, CancellationToken cancellationToken = default) =>
            throw new AssertionException("What is others' was deleted.");

        public Task<GetQueueAttributesResponse> GetQueueAttributesAsync(GetQueueAttributesRequest request, CancellationToken cancellationToken = default) =>
            throw new AssertionException("Nobody asked.");

        public void Dispose()
        {
        }
    }
}
