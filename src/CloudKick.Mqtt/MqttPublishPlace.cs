using CloudKick.Mqtt.Client;

namespace CloudKick.Mqtt;

/// <summary>
/// A place for one QoS 1 message among those that may be unacknowledged on a connection: see <see cref="MqttClient.TakePlaceAsync"/>. No other
/// message has it until it is used or disposed of. It ends with its connection. Thread safe.
/// </summary>
public sealed class MqttPublishPlace : IDisposable
{
    private readonly OutgoingPublishes _publishes;
    private int _used;

    internal MqttPublishPlace(OutgoingPublishes publishes, MqttConnection connection)
    {
        _publishes = publishes;
        Connection = connection;
    }

    /// <summary>
    /// Called once when the place is free again, with whether its message was acknowledged; else it was given back, its message was refused before it
    /// left, or its connection has ended. Until then a message that was published on it may still arrive, however long ago its publisher gave up. An
    /// unused place is free when it is disposed of, and a message that is sent again on the next connection keeps its place until then. From any
    /// thread; must neither block nor throw.
    /// </summary>
    public Action<bool>? Freed { get; set; }

    internal MqttConnection Connection { get; }

    /// <summary>Gives the place back, unless a message has been published on it.</summary>
    public void Dispose() => _publishes.GiveBack(this);

    internal void Free(bool acknowledged = false) => Freed?.Invoke(acknowledged);

    internal bool TryUse() => Interlocked.Exchange(ref _used, 1) == 0;
}
