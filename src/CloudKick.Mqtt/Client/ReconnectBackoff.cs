namespace CloudKick.Mqtt.Client;

/// <summary>How long to wait before the next attempt; see <see cref="MqttReconnectOptions"/>.</summary>
internal sealed class ReconnectBackoff(MqttReconnectOptions options, Func<double> random)
{
    private int _failures;

    /// <summary>The wait after a connection that lived as long as this; zero for an attempt that failed.</summary>
    /// <param name="lived">From CONNACK to the end.</param>
    /// <param name="refused">Whether the server does not want this client, rather than could not have it now.</param>
    public TimeSpan NextAfterConnection(TimeSpan lived, bool refused = false)
    {
        if (lived >= options.StableAfter)
            _failures = 0;
        var doubled = options.Minimum.TotalSeconds * Math.Pow(2, Math.Min(_failures, 30));
        _failures++;
        var wait = Math.Min(doubled, (refused ? options.RefusedMaximum : options.Maximum).TotalSeconds);
        return TimeSpan.FromSeconds(wait * (1 + (options.Jitter * random())));
    }
}
