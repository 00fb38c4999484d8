namespace CloudKick.Mqtt.Client;

/// <summary>How long to wait before the next attempt; see <see cref="MqttReconnectOptions"/>.</summary>
internal sealed class ReconnectBackoff(MqttReconnectOptions options, Func<double> random)
{
    private int _failures;

    /// <summary>The wait after a connection that lived as long as this; zero for an attempt that failed.</summary>
    public TimeSpan NextAfterConnection(TimeSpan lived)
    {
        if (lived >= options.StableAfter)
            _failures = 0;
        var doubled = options.Minimum.TotalSeconds * Math.Pow(2, Math.Min(_failures, 30));
        _failures++;
        var wait = Math.Min(doubled, options.Maximum.TotalSeconds);
        return TimeSpan.FromSeconds(wait * (1 + (options.Jitter * random())));
    }
}
