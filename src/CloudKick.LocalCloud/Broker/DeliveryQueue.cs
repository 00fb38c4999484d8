using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>
/// What waits for one client and what it has not acknowledged yet. Bounded in messages and bytes over both together. Holds
/// nothing while idle, since there is one per terminal. Not thread safe: its session guards it.
/// </summary>
internal sealed class DeliveryQueue(BrokerLimits limits)
{
    private Queue<Delivery>? _waiting;
    private OrderedDictionary<ushort, Delivery>? _inFlight;
    private long _bytes;
    private ushort _lastPacketIdentifier;

    public int Count => (_waiting?.Count ?? 0) + InFlight;

    public int InFlight => _inFlight?.Count ?? 0;

    public bool IsEmpty => Count == 0;

    public bool TryAdd(in Delivery delivery)
    {
        if (Count >= limits.MaximumQueuedMessages || _bytes + delivery.Message.Size > limits.MaximumQueuedBytes) return false;
        (_waiting ??= new Queue<Delivery>()).Enqueue(delivery);
        _bytes += delivery.Message.Size;
        return true;
    }

    /// <summary>The delivery that is next, without taking it.</summary>
    public bool TryPeek(out Delivery delivery)
    {
        if (_waiting is not null) return _waiting.TryPeek(out delivery);
        delivery = default;
        return false;
    }

    /// <summary>Throws the next delivery away.</summary>
    public void Discard()
    {
        _bytes -= _waiting!.Dequeue().Message.Size;
        ReleaseIfEmpty();
    }

    /// <summary>Takes the next delivery to be sent; QoS 1 stays in flight, under the identifier returned, until acknowledged.</summary>
    public ushort Take()
    {
        if (_waiting!.Peek().QualityOfService == MqttQualityOfService.AtMostOnce)
        {
            Discard();
            return 0;
        }
        _inFlight ??= [];
        do
        {
            if (++_lastPacketIdentifier == 0) _lastPacketIdentifier = 1;
        }
        while (_inFlight.ContainsKey(_lastPacketIdentifier));
        _inFlight.Add(_lastPacketIdentifier, _waiting.Dequeue());
        ReleaseIfEmpty();
        return _lastPacketIdentifier;
    }

    /// <returns>False for an identifier that is not in flight.</returns>
    public bool Acknowledge(ushort packetIdentifier, out Delivery delivery)
    {
        delivery = default;
        if (_inFlight is null || !_inFlight.Remove(packetIdentifier, out delivery)) return false;
        _bytes -= delivery.Message.Size;
        if (_inFlight.Count == 0) _inFlight = null;
        return true;
    }

    /// <summary>
    /// The connection is gone: what was in flight waits again, before all else and in its order. QoS 0 does not outlive a
    /// connection and is thrown away, as are direct messages, and everything if nothing is to be kept.
    /// </summary>
    /// <returns>How many deliveries were thrown away.</returns>
    public int Requeue(bool keep)
    {
        int before = Count;
        Delivery[] all = [.. _inFlight?.Values ?? Enumerable.Empty<Delivery>(), .. _waiting ?? []];
        foreach (var delivery in all) delivery.Direct?.ConnectionLost();
        var kept = keep
            ? all.Where(delivery => delivery.Direct is null && delivery.QualityOfService != MqttQualityOfService.AtMostOnce).ToArray()
            : [];
        _inFlight = null;
        _waiting = kept.Length == 0 ? null : new Queue<Delivery>(kept);
        _bytes = kept.Sum(delivery => (long)delivery.Message.Size);
        return before - kept.Length;
    }

    private void ReleaseIfEmpty()
    {
        if (_waiting is { Count: 0, Capacity: > 16 }) _waiting = null;
    }
}
