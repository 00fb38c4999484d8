using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>Misbehaviour that tests order from the broker. Without an order it does nothing. Thread safe.</summary>
internal sealed class Faults
{
    private readonly Lock _gate = new();
    private List<(ClientConnection Connection, ushort PacketIdentifier)>? _held;

    public Func<AcceptedPublish, MqttReasonCode?>? Refuse { get; set; }

    public void Hold()
    {
        lock (_gate) _held ??= [];
    }

    /// <summary>Keeps a PUBACK back if they are held. As many wait as clients may have unacknowledged.</summary>
    public bool TryHold(ClientConnection connection, ushort packetIdentifier)
    {
        lock (_gate)
        {
            _held?.Add((connection, packetIdentifier));
            return _held is not null;
        }
    }

    public void Release()
    {
        foreach (var (connection, packetIdentifier) in Take()) connection.AcknowledgePublish(packetIdentifier, MqttReasonCode.Success);
    }

    public void Lose() => Take();

    private List<(ClientConnection Connection, ushort PacketIdentifier)> Take()
    {
        lock (_gate)
        {
            var held = _held ?? [];
            _held = null;
            return held;
        }
    }
}
