namespace CloudKick.Mqtt.Client;

/// <summary>
/// The QoS 1 messages without an acknowledgement, each with its packet identifier, and the places among them that are kept for messages to come.
/// Guarded by the lock of <see cref="OutgoingPublishes"/>.
/// </summary>
internal sealed class InFlightWindow(PacketIdentifiers identifiers)
{
    private readonly Dictionary<ushort, OutgoingPublish> _publishes = [];
    private int _held;

    /// <summary>How many there may be, as both sides allow.</summary>
    public int Limit { get; set; }

    public int Count => _publishes.Count;

    public bool HasRoom => _publishes.Count + _held < Limit;

    /// <summary>Whether a place is kept.</summary>
    public bool IsHeld => _held > 0;

    public IReadOnlyCollection<OutgoingPublish> Publishes => _publishes.Values;

    public OutgoingPublish? Find(ushort packetIdentifier) => _publishes.GetValueOrDefault(packetIdentifier);

    /// <summary>Gives it a packet identifier; false when none is free.</summary>
    public bool TryAdd(OutgoingPublish publish)
    {
        publish.PacketIdentifier = identifiers.Take();
        if (publish.PacketIdentifier == 0)
            return false;
        _publishes.Add(publish.PacketIdentifier, publish);
        return true;
    }

    public void Remove(OutgoingPublish publish)
    {
        if (publish.PacketIdentifier != 0 && _publishes.Remove(publish.PacketIdentifier))
            identifiers.Return(publish.PacketIdentifier);
    }

    /// <summary>Keeps a place.</summary>
    public void Hold() => _held++;

    /// <summary>A place that was kept is used, or no longer needed.</summary>
    public void Free() => _held--;

    /// <summary>The connection is gone, and all that was kept on it.</summary>
    public void FreeAll() => _held = 0;
}
