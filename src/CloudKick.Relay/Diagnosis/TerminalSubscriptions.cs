using Amazon.Runtime;
using CloudKick.AwsIot.Data;
using CloudKick.Relay.Cloud;
using CloudKick.Relay.Publishing;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Diagnosis;

/// <summary>Asks the cloud what a terminal has subscribed to, where the relay may call its APIs. Thread-safe.</summary>
internal sealed partial class TerminalSubscriptions : IDisposable
{
    // A terminal has four subscription topics; what goes on after this many is no terminal of ours.
    private const int Maximum = 50;

    // The rest of the diagnosis waits for this.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly Lazy<AmazonIotDataClient>? _client;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<TerminalSubscriptions> _logger;

    public TerminalSubscriptions(
        AwsClients aws, IOptions<AwsOptions> options, IOptions<RelayMqttOptions> mqtt, TimeProvider timeProvider, ILogger<TerminalSubscriptions> logger)
    {
        _client = aws.IsConfigured
            ? new(() => new AmazonIotDataClient(aws.Configure(new AmazonIotDataConfig(), options.Value.DataEndpoint ?? mqtt.Value.Host)))
            : null;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    /// <summary>The filters that a client is subscribed to now. Never fails: an answer that does not come is one.</summary>
    public async Task<SubscriptionEvidence> OfAsync(string clientId, CancellationToken cancellationToken)
    {
        if (_client is null)
            return SubscriptionEvidence.NotAsked;
        using var patience = new CancellationTokenSource(Timeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var answer = await _client.Value.ListSubscriptionsAsync(new ListSubscriptionsRequest { ClientId = clientId, MaxResults = Maximum }, either.Token);
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
            LogNotAnswered(_logger, clientId, failure.Message);
            return SubscriptionEvidence.NotAnswered;
        }
    }

    public void Dispose()
    {
        if (_client is { IsValueCreated: true })
            _client.Value.Dispose();
    }

    [LoggerMessage(4851, LogLevel.Warning, "The cloud did not say what {ClientId} is subscribed to: {Reason}")]
    private static partial void LogNotAnswered(ILogger logger, string clientId, string reason);
}
