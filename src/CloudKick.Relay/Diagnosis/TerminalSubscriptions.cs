using Amazon.Runtime;
using CloudKick.AwsIot.Data;
using CloudKick.Relay.Cloud;

namespace CloudKick.Relay.Diagnosis;

/// <summary>Asks the cloud what a terminal has subscribed to, where the relay may call its APIs. Thread-safe.</summary>
internal sealed partial class TerminalSubscriptions(AwsClients aws, IotDataClients data, TimeProvider timeProvider, ILogger<TerminalSubscriptions> logger)
{
    // A terminal has four subscription topics; what goes on after this many is no terminal of ours.
    private const int Maximum = 50;

    // The rest of the diagnosis waits for this.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>The filters that a client is subscribed to now. Never fails: an answer that does not come is one.</summary>
    public async Task<SubscriptionEvidence> OfAsync(string clientId, CancellationToken cancellationToken)
    {
        if (!aws.IsConfigured)
            return SubscriptionEvidence.NotAsked;
        using var patience = new CancellationTokenSource(Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var answer = await data.Signing.ListSubscriptionsAsync(new ListSubscriptionsRequest { ClientId = clientId, MaxResults = Maximum }, either.Token);
            return SubscriptionEvidence.Of([.. answer.Subscriptions.Select(subscription => subscription.TopicFilter!)]);
        }
        // No session, neither connected nor kept: nothing is subscribed to.
        catch (ResourceNotFoundException)
        {
            return SubscriptionEvidence.Of([]);
        }
        catch (Exception failure) when (failure is AmazonClientException or HttpRequestException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            LogNotAnswered(logger, clientId, failure.Message);
            return SubscriptionEvidence.NotAnswered;
        }
    }

    [LoggerMessage(4851, LogLevel.Warning, "The cloud did not say what {ClientId} is subscribed to: {Reason}")]
    private static partial void LogNotAnswered(ILogger logger, string clientId, string reason);
}
