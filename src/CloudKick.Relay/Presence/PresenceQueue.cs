using System.Text.Json;
using Amazon.Runtime;
using CloudKick.AwsIot.Queues;
using CloudKick.Relay.Cloud;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Presence;

/// <summary>
/// The queue with presence events: the calls of SQS that reading it takes, each with its timeout and not repeated here. The client is made
/// when it is first used. Thread-safe.
/// </summary>
internal sealed class PresenceQueue(AwsClients aws, IOptions<AwsOptions> cloud, IOptions<PresenceOptions> presence, TimeProvider timeProvider) : IDisposable
{
    private const int MaximumMessages = 10;
    private const string ReceiveCount = "ApproximateReceiveCount";
    private const string RedrivePolicy = "RedrivePolicy";

    private readonly PresenceOptions _options = presence.Value;
    private readonly TimeSpan _timeout = cloud.Value.Timeout;
    private readonly Lazy<AmazonSQSClient> _client = new(() => Create(aws, cloud.Value, presence.Value));

    /// <summary>The queue's URL.</summary>
    public string Url => _options.QueueUrl!;

    /// <summary>A queue's URL: https, or http to this machine, where nobody listens in; null when it is something else.</summary>
    public static Uri? Parse(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address.AbsolutePath.Length > 1 && address.Query.Length == 0 && address.UserInfo.Length == 0
            ? address
            : null;

    /// <summary>How often a message was received so far, this time included; null when the queue does not say.</summary>
    public static string? DeliveryOf(Message message) => message.Attributes.GetValueOrDefault(ReceiveCount);

    /// <summary>Waits for messages; none when there are none in time. Throws what <see cref="CloudKick.AwsIot.AwsServiceClient"/> says.</summary>
    public async Task<IReadOnlyList<Message>> ReceiveAsync(CancellationToken cancellationToken)
    {
        var request = new ReceiveMessageRequest
        {
            QueueUrl = Url,
            MaxNumberOfMessages = MaximumMessages,
            WaitTimeSeconds = (int)_options.QueueWait.TotalSeconds,
            MessageSystemAttributeNames = [ReceiveCount],
        };
        return (await CallAsync(_client.Value.ReceiveMessageAsync, request, _options.QueueWait + _timeout, cancellationToken)).Messages;
    }

    /// <summary>Deletes up to ten messages just received; those that were not deleted come again. Not cancelled, but no longer than one call may take.</summary>
    /// <returns>What SQS says of those that it did not delete.</returns>
    public async Task<IReadOnlyList<BatchResultErrorEntry>> DeleteAsync(IEnumerable<Message> messages)
    {
        var entries = messages.Select((message, index) => new DeleteMessageBatchRequestEntry { Id = $"{index}", ReceiptHandle = message.ReceiptHandle });
        var request = new DeleteMessageBatchRequest { QueueUrl = Url, Entries = [.. entries] };
        return (await CallAsync(_client.Value.DeleteMessageBatchAsync, request, _timeout, CancellationToken.None)).Failed;
    }

    /// <summary>Where messages go that were received too often without being deleted, an ARN; null: nowhere.</summary>
    public async Task<string?> FindDeadLettersAsync(CancellationToken cancellationToken)
    {
        var request = new GetQueueAttributesRequest { QueueUrl = Url, AttributeNames = [RedrivePolicy] };
        var answer = await CallAsync(_client.Value.GetQueueAttributesAsync, request, _timeout, cancellationToken);
        if (answer.Attributes.GetValueOrDefault(RedrivePolicy) is not { } policy)
            return null;
        using var document = JsonDocument.Parse(policy);
        return document.RootElement.GetProperty("deadLetterTargetArn").GetString();
    }

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }

    private async Task<TResponse> CallAsync<TRequest, TResponse>(
        Func<TRequest, CancellationToken, Task<TResponse>> call, TRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        where TRequest : AmazonWebServiceRequest
    {
        using var patience = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await call(request, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {timeout.TotalSeconds:0} s");
        }
    }

    private static AmazonSQSClient Create(AwsClients aws, AwsOptions cloud, PresenceOptions options)
    {
        var config = aws.Configure(new AmazonSQSConfig(), endpoint: null);
        config.ServiceURL = Parse(options.QueueUrl!)!.GetLeftPart(UriPartial.Authority);
        config.MaxErrorRetry = 0;
        config.Timeout = options.QueueWait + cloud.Timeout;
        return new AmazonSQSClient(config);
    }
}
