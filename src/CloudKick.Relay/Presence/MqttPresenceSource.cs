using System.Threading.Channels;
using CloudKick.Mqtt;
using CloudKick.Relay.Cloud;
using CloudKick.Relay.Publishing;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Presence;

/// <summary>
/// Presence from the cloud's lifecycle topics, on a connection of its own so that kicks do not wait behind a wave of events. Every node
/// listens; what they record twice is recorded once.
/// </summary>
internal sealed partial class MqttPresenceSource(
    RelayMqttClients clients, RelayCertificate certificate, PresenceMetrics metrics, IOptions<PresenceOptions> options, TimeProvider timeProvider, ILogger<MqttPresenceSource> logger)
    : IPresenceSource
{
    private const string ClientSuffix = "presence";

    private static readonly MqttSubscription[] Subscriptions =
    [
        new(LifecycleEventReader.ConnectedTopics + "+", MqttQualityOfService.AtLeastOnce),
        new(LifecycleEventReader.DisconnectedTopics + "+", MqttQualityOfService.AtLeastOnce),
    ];

    // Of the connection and of the subscriptions; each is told on its own, so that neither hides the other.
    private volatile string? _connectionFault;
    private volatile string? _subscriptionFault = "not subscribed yet";

    public string? Fault => _connectionFault ?? _subscriptionFault;

    public async Task RunAsync(PresenceDelivery deliver, CancellationToken stoppingToken)
    {
        // One wake-up is enough, however often the connection changed.
        var connections = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        MqttClient client = null!;
        client = clients.Create(ClientSuffix, made => made with
        {
            // Events of a short gap wait in the session. The client id is this process's own: the first session is a new one anyway.
            SessionExpiryInterval = (uint)options.Value.SessionExpiry.TotalSeconds,
            MessageReceived = (message, cancellationToken) => TakeAsync(message, deliver, cancellationToken),
            ConnectionChanged = change =>
            {
                Changed(logger, change.State, change.Cause);
                if (change.State != MqttClientState.Connected)
                {
                    _connectionFault = $"its connection to the cloud is {change.State}: {change.Cause}";
                    return;
                }
                _subscriptionFault = Missing(client).Count == 0 ? null : "not subscribed yet";
                _connectionFault = null;
                connections.Writer.TryWrite(true);
            },
        });
        await using var ended = client;
        var version = certificate.Version;
        client.Start();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        Task[] loops = [KeepSubscribedAsync(client, connections.Reader, ending.Token), FollowCertificateAsync(client, version, ending.Token)];
        await Task.WhenAny(loops);
        await ending.CancelAsync();
        try
        {
            await Task.WhenAll(loops);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await client.DisconnectAsync(CancellationToken.None);
        }
    }

    private async Task FollowCertificateAsync(MqttClient client, int version, CancellationToken stoppingToken)
    {
        while (true)
        {
            version = await certificate.ChangedAsync(version, stoppingToken);
            // What happens while it connects anew waits in the session.
            client.Reconnect();
        }
    }

    private async Task KeepSubscribedAsync(MqttClient client, ChannelReader<bool> connections, CancellationToken stoppingToken)
    {
        while (true)
        {
            await connections.ReadAsync(stoppingToken);
            await SubscribeAsync(client, stoppingToken);
        }
    }

    private static List<MqttSubscription> Missing(MqttClient client) => [.. Subscriptions.Except(client.Subscriptions)];

    // From the second connection on, the client itself subscribes again to what was granted once; here only what it lacks, be it refused then.
    private async Task SubscribeAsync(MqttClient client, CancellationToken stoppingToken)
    {
        while (client.State == MqttClientState.Connected)
        {
            var missing = Missing(client);
            if (missing.Count == 0)
            {
                _subscriptionFault = null;
                return;
            }
            try
            {
                var reasons = await client.SubscribeAsync(missing, stoppingToken);
                if (reasons.All(reason => !reason.IsFailure()))
                    continue;
                _subscriptionFault = $"the cloud refuses the subscription: {string.Join(", ", reasons)}";
                Refused(logger, string.Join(", ", reasons), options.Value.SubscribeRetryDelay.TotalSeconds);
            }
            catch (MqttException failure)
            {
                NotSubscribed(logger, failure.Message);
            }

            await Task.Delay(options.Value.SubscribeRetryDelay, timeProvider, stoppingToken);
        }
    }

    // Acknowledged to the cloud when there was room for it; whether it is in the database by then is not waited for.
    private async ValueTask TakeAsync(MqttMessage message, PresenceDelivery deliver, CancellationToken cancellationToken)
    {
        if (LifecycleEventReader.TryRead(message.Topic, message.Payload, timeProvider.GetUtcNow(), out var read, out var fault))
        {
            await deliver(read!, cancellationToken);
            return;
        }
        metrics.Malformed();
        Malformed(logger, message.Payload.Length, fault!);
    }

    [LoggerMessage(4301, LogLevel.Information, "The presence connection is {State}: {Cause}")]
    private static partial void Changed(ILogger logger, MqttClientState state, string cause);

    [LoggerMessage(4302, LogLevel.Error, "The cloud refuses the subscription to presence events ({Reasons}); again in {Seconds:0} s. Does the relay's policy allow iot:Subscribe and iot:Receive on $aws/events/presence/*?")]
    private static partial void Refused(ILogger logger, string reasons, double seconds);

    [LoggerMessage(4303, LogLevel.Warning, "The subscription to presence events did not come about: {Reason}")]
    private static partial void NotSubscribed(ILogger logger, string reason);

    [LoggerMessage(4304, LogLevel.Warning, "A presence event of {Bytes} bytes is passed over: {Fault}")]
    private static partial void Malformed(ILogger logger, int bytes, string fault);
}
