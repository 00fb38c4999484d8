using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>
/// What the broker keeps of a client: its subscriptions and the messages on their way to it. It may outlive its
/// connection, and then serves the next one. Thread safe.
/// </summary>
internal sealed class Session(string clientId, MqttProtocolVersion version, BrokerLimits limits)
{
    private readonly Lock _gate = new();
    private readonly DeliveryQueue _queue = new(limits);
    private Dictionary<string, Subscription>? _subscriptions;
    private IReceiver? _receiver;

    public string ClientId { get; } = clientId;

    /// <summary>AWS does not let a session continue under another protocol version.</summary>
    public MqttProtocolVersion Version { get; } = version;

    /// <summary>How long the session outlives its connection; zero ends it with the connection. Guarded by the broker.</summary>
    public TimeSpan Expiry { get; set; }

    /// <summary>When the session ends; null while it is connected. Guarded by the broker.</summary>
    public DateTimeOffset? EndsAt { get; set; }

    /// <summary>A will that waits for its delay, and when it is due. Guarded by the broker.</summary>
    public (RoutedMessage Message, DateTimeOffset DueAt)? DelayedWill { get; set; }

    /// <summary>The connection that receives for this session; null while there is none. Guarded by the broker.</summary>
    public ClientConnection? Connection { get; set; }

    public bool IsReceiving
    {
        get { lock (_gate) return _receiver is not null; }
    }

    public int QueuedMessages
    {
        get { lock (_gate) return _queue.Count; }
    }

    public void Attach(IReceiver receiver)
    {
        lock (_gate) _receiver = receiver;
        receiver.DeliveriesWaiting();
    }

    /// <returns>How many deliveries were thrown away because they do not outlive the connection.</returns>
    public int Detach(bool keep)
    {
        lock (_gate)
        {
            _receiver = null;
            return _queue.Requeue(keep);
        }
    }

    /// <summary>Queues a delivery. Never waits: when the queue is full, QoS 1 costs a connected client its connection.</summary>
    /// <returns>False if the delivery was dropped.</returns>
    public bool TryDeliver(in Delivery delivery)
    {
        bool atLeastOnce = delivery.QualityOfService != MqttQualityOfService.AtMostOnce;
        IReceiver? receiver;
        bool queued;
        lock (_gate)
        {
            receiver = _receiver;
            queued = (receiver is not null || atLeastOnce) && _queue.TryAdd(delivery);
        }
        if (queued) receiver?.DeliveriesWaiting();
        else if (atLeastOnce) receiver?.Overrun();
        return queued;
    }

    /// <summary>The next delivery that can be sent now: alive, and within the receiver's window if it is QoS 1.</summary>
    /// <param name="receiver">Who asks; nothing is given to a connection that the session has left.</param>
    /// <param name="now">Decides which messages have expired.</param>
    /// <param name="delivery">What to send.</param>
    /// <param name="packetIdentifier">0 for QoS 0.</param>
    /// <param name="expired">How many were thrown away on the way.</param>
    public bool TryTake(IReceiver receiver, DateTimeOffset now, out Delivery delivery, out ushort packetIdentifier, out int expired)
    {
        expired = 0;
        packetIdentifier = 0;
        lock (_gate)
        {
            delivery = default;
            if (_receiver != receiver) return false;
            while (_queue.TryPeek(out delivery))
            {
                if (delivery.Message.IsExpired(now))
                {
                    _queue.Discard();
                    expired++;
                    continue;
                }
                if (delivery.QualityOfService != MqttQualityOfService.AtMostOnce && _queue.InFlight >= receiver.Window) return false;
                packetIdentifier = _queue.Take();
                return true;
            }
            return false;
        }
    }

    public void Acknowledge(ushort packetIdentifier)
    {
        IReceiver? receiver;
        lock (_gate)
        {
            if (!_queue.Acknowledge(packetIdentifier)) return;
            receiver = _receiver;
        }
        receiver?.DeliveriesWaiting();
    }

    /// <returns>The subscription that this one replaces, and whether the client has too many; then nothing changed.</returns>
    public (Subscription? Replaced, bool TooMany) Subscribe(string filter, Subscription subscription)
    {
        lock (_gate)
        {
            _subscriptions ??= [];
            bool present = _subscriptions.TryGetValue(filter, out var replaced);
            if (!present && _subscriptions.Count >= limits.MaximumSubscriptions) return (null, true);
            _subscriptions[filter] = subscription;
            return (replaced, false);
        }
    }

    public Subscription? Unsubscribe(string filter)
    {
        lock (_gate) return _subscriptions is not null && _subscriptions.Remove(filter, out var subscription) ? subscription : null;
    }

    public bool IsSubscribed(string filter)
    {
        lock (_gate) return _subscriptions?.ContainsKey(filter) ?? false;
    }

    public Subscription[] TakeSubscriptions()
    {
        lock (_gate)
        {
            Subscription[] all = [.. _subscriptions?.Values ?? Enumerable.Empty<Subscription>()];
            _subscriptions = null;
            return all;
        }
    }
}
