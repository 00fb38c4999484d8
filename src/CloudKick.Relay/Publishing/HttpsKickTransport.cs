using CloudKick.AwsIot.Data;
using CloudKick.Mqtt;
using CloudKick.Relay.Cloud;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Publishing;

/// <summary>Publishes kicks by AWS IoT Core's <c>Publish</c> over HTTPS. It has no connection of its own to lose: each kick finds out whether it works. Thread-safe.</summary>
internal sealed class HttpsKickTransport(
    IotDataClients clients, RouteRefusals refusals, LateCheck lateCheck, PublishingMetrics metrics, IOptions<PublishingOptions> options, TimeProvider timeProvider,
    ILogger<HttpsKickTransport> logger)
    : IotDataTransport("https", clients, refusals, lateCheck, metrics, options, timeProvider, logger)
{
    private const int AtLeastOnce = 1;

    protected override async Task<AttemptResult> SendAsync(
        IAmazonIotData client, KickAttempt attempt, string receiver, MqttMessage message, TimeSpan remaining, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var payload = Payload(message);
        await client.PublishAsync(
            new PublishRequest
            {
                Topic = message.Topic,
                Qos = AtLeastOnce,
                Payload = payload,
                ContentType = message.ContentType,
                ResponseTopic = message.ResponseTopic,
                CorrelationData = CorrelationData(message),
                UserProperties = UserProperties(message),
                MessageExpiry = (long)remaining.TotalSeconds,
            },
            cancellationToken);
        return new AttemptResult(AttemptOutcome.Acknowledged);
    }
}
