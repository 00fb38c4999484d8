using System.Text;
using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>A message that the broker accepted; one instance serves all who receive it.</summary>
internal sealed class RoutedMessage(MqttMessage message, string? publisher, DateTimeOffset acceptedAt, DateTimeOffset? expiresAt)
{
    public MqttMessage Message { get; } = message;

    /// <summary>Client id of the publisher; null for the broker's own messages.</summary>
    public string? Publisher { get; } = publisher;

    public DateTimeOffset AcceptedAt { get; } = acceptedAt;

    public DateTimeOffset? ExpiresAt { get; } = expiresAt;

    /// <summary>What it counts for in a bounded queue, in bytes.</summary>
    public int Size { get; } = message.Payload.Length + Encoding.UTF8.GetByteCount(message.Topic);

    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;

    /// <summary>
    /// The message as one receiver gets it: its expiry counted down (MQTT 5.0 §3.3.2.3.3), never below one second while it lives.
    /// </summary>
    public MqttMessage For(MqttQualityOfService qualityOfService, bool retain, DateTimeOffset now) => Message with
    {
        QualityOfService = qualityOfService,
        Retain = retain,
        MessageExpiryInterval = ExpiresAt is { } end ? (uint)Math.Max(1, Math.Ceiling((end - now).TotalSeconds)) : null,
    };
}

/// <summary>A message on its way to one client.</summary>
/// <param name="Message">The message.</param>
/// <param name="QualityOfService">The subscription's, if that is lower than the message's.</param>
/// <param name="Retain">Whether it is marked as retained.</param>
/// <param name="Direct">Set if somebody waits to hear what becomes of it; it is then for this connection only.</param>
internal readonly record struct Delivery(RoutedMessage Message, MqttQualityOfService QualityOfService, bool Retain, DirectMessage? Direct = null);
