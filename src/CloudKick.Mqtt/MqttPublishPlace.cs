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

    internal MqttConnection Connection { get; }

    /// <summary>Gives the place back, unless a message has been published on it.</summary>
    public void Dispose() => _publishes.GiveBack(this);

    internal bool TryUse() => Interlocked.Exchange(ref _used, 1) == 0;
}
