namespace CloudKick.Mqtt;

/// <summary>
/// How long <see cref="MqttClient"/> waits before it connects again: <see cref="Minimum"/>, doubled for each attempt that failed and each
/// connection that died young, at most <see cref="Maximum"/>; then up to <see cref="Jitter"/> of that on top, so that a fleet spreads out.
/// </summary>
public sealed record MqttReconnectOptions
{
    /// <summary>At least 1 s, the default: AWS IoT takes one CONNECT a second per client id.</summary>
    public TimeSpan Minimum { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Default 30 s; not less than <see cref="Minimum"/>.</summary>
    public TimeSpan Maximum { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Stands in for <see cref="Maximum"/> while the server refuses the client, which asking again does not change: a reason code that
    /// says so, or over TLS a connection closed before CONNACK, as AWS IoT does. Default 2 min; not less than <see cref="Maximum"/>.
    /// <see cref="MqttClient.Reconnect"/> cuts it short once the cause is gone.
    /// </summary>
    public TimeSpan RefusedMaximum { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Fraction of the wait that chance adds, 0 to 1. Default 0.5.</summary>
    public double Jitter { get; init; } = 0.5;

    /// <summary>
    /// A connection that lived this long was a good one, and the wait starts from <see cref="Minimum"/> again. Default 10 s. A server that
    /// lets a client in and throws it out at once, as a policy refusal does, is thus asked less and less often.
    /// </summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(10);
}
