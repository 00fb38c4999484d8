using CloudKick.Mqtt;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudKick.Relay.Publishing;

/// <summary>A way to the terminal.</summary>
internal interface IKickTransport
{
    /// <summary>Whether a message handed over now could leave.</summary>
    bool IsUp { get; }

    /// <summary>What an operator should know of its state.</summary>
    TransportStatus Status { get; }

    /// <summary>Why a kick that lives this long should not be taken on now, because it is known that it would not leave in time; else null.</summary>
    /// <param name="life">The kick's, from now.</param>
    /// <param name="turn">
    /// Where turns are scarce, the one that is kept for the kick: it goes with the attempt, or is disposed of soon when there is none.
    /// </param>
    TransportRefusal? Reserve(TimeSpan life, out ReservedTurn? turn);

    /// <summary>
    /// Hands the message to the cloud and waits for its word. Never throws for what the other side does; stopping the node ends it
    /// with the truth as far as it is known.
    /// </summary>
    /// <param name="attempt">Whose message it is.</param>
    /// <param name="message">The message, without an expiry.</param>
    /// <param name="remaining">What is left of the kick's life: told to the cloud, in whole seconds, when the message leaves; with less than one it does not leave.</param>
    /// <param name="timeout">How long to wait for the cloud's word at most.</param>
    Task<AttemptResult> PublishAsync(KickAttempt attempt, MqttMessage message, TimeSpan remaining, TimeSpan timeout);
}

/// <summary>A transport's state: <see cref="HealthStatus.Unhealthy"/> when nothing could leave, in a sentence.</summary>
internal readonly record struct TransportStatus(HealthStatus Health, string Detail);

/// <summary>Why no kick is taken on now.</summary>
/// <param name="Detail">For whoever asked.</param>
/// <param name="TooMany">More than the way carries, rather than no way at all.</param>
/// <param name="RetryAfter">When to ask again.</param>
internal sealed record TransportRefusal(string Detail, bool TooMany, TimeSpan RetryAfter);
