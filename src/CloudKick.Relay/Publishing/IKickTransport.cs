using CloudKick.Mqtt;

namespace CloudKick.Relay.Publishing;

/// <summary>A way to the terminal.</summary>
internal interface IKickTransport
{
    /// <summary>Whether a message handed over now could leave.</summary>
    bool IsUp { get; }

    /// <summary>What an operator should know of its state, in a sentence.</summary>
    string Status { get; }

    /// <summary>
    /// Hands the message to the broker and waits for its word, no longer than <paramref name="timeout"/>. Never throws for what the
    /// other side does; stopping the node ends it with the truth as far as it is known.
    /// </summary>
    Task<AttemptResult> PublishAsync(MqttMessage message, TimeSpan timeout, CancellationToken stoppingToken);
}
