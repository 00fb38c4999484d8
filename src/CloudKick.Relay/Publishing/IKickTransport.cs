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
    /// Hands the message to the broker and waits for its word. Never throws for what the other side does; stopping the node ends it
    /// with the truth as far as it is known.
    /// </summary>
    /// <param name="message">The message, without an expiry.</param>
    /// <param name="remaining">What is left of the kick's life: told to the broker, in whole seconds, when the message leaves; with less than one it does not leave.</param>
    /// <param name="timeout">How long to wait for the broker's word at most.</param>
    Task<AttemptResult> PublishAsync(MqttMessage message, TimeSpan remaining, TimeSpan timeout);
}
