using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>
/// What the broker keeps of a client: its subscriptions and the messages on their way to it. It may outlive its
/// connection, and then serves the next one. Thread safe.
/// </summary>
internal sealed class Session(string clientId, MqttProtocolVersion version, BrokerLimits limits, SubscriptionTree tree)
{
    private readonly Lock _gate = new();
    private readonly DeliveryQueue _queue = new(limits);
    private Dictionary<string, Subscription>? _subscriptions;
    private IReceiver? _receiver;
    private int _stored;
    private bool _ended;

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
        lock (_gate)
        {
            _receiver = receiver;
            _stored = _queue.Count;
        }
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

    /// <summary>Queues a message for the client that is connected now. Nothing waits for one that is not.</summary>
    public void DeliverDirect(in Delivery delivery)
    {
        IReceiver? receiver;
        bool queued;
        lock (_gate)
        {
            receiver = _receiver;
            queued = receiver is not null && _queue.TryAdd(delivery);
        }
        if (queued) receiver!.DeliveriesWaiting();
        else delivery.Direct!.Refused(receiver is null ? DirectOutcome.NotConnected : DirectOutcome.Throttled);
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
                if (delivery.Message.IsExpired(now) || delivery.Direct is { IsAbandoned: true })
                {
                    _queue.Discard();
                    if (_stored > 0) _stored--;
                    expired++;
                    continue;
                }
                if (delivery.QualityOfService != MqttQualityOfService.AtMostOnce && _queue.InFlight >= receiver.Window) return false;
                if (_stored > 0 && !receiver.MayTakeStored()) return false;
                if (_stored > 0) _stored--; // they are the first in the queue
                packetIdentifier = _queue.Take();
                return true;
            }
            return false;
        }
    }

    /// <summary>Identifiers are a connection's own: what one that the session has left acknowledges is not acknowledged.</summary>
    public void Acknowledge(IReceiver receiver, ushort packetIdentifier)
    {
        if (TryEnd(receiver, packetIdentifier, out var delivery)) delivery.Direct?.Acknowledged();
    }

    /// <summary>A delivery is thrown away; whoever waits for its acknowledgement goes on waiting.</summary>
    public void Forget(IReceiver receiver, ushort packetIdentifier) => TryEnd(receiver, packetIdentifier, out _);

    private bool TryEnd(IReceiver receiver, ushort packetIdentifier, out Delivery delivery)
    {
        delivery = default;
        lock (_gate)
        {
            if (_receiver != receiver || !_queue.Acknowledge(packetIdentifier, out delivery)) return false;
        }
        receiver.DeliveriesWaiting();
        return true;
    }

    /// <param name="filter">As the client wrote it, with <c>$share/group/</c>.</param>
    /// <param name="subscription">Takes the place of the one that the session has to this filter.</param>
    public SubscribeOutcome Subscribe(string filter, Subscription subscription)
    {
        lock (_gate)
        {
            if (_ended) return SubscribeOutcome.SessionEnded;
            _subscriptions ??= [];
            bool present = _subscriptions.TryGetValue(filter, out var replaced);
            if (!present && _subscriptions.Count >= limits.MaximumSubscriptions) return SubscribeOutcome.TooMany;

            _subscriptions[filter] = subscription;
            tree.Add(subscription); // first, so that no message falls between the two
            if (present) tree.Remove(replaced!);
            return present ? SubscribeOutcome.Replaced : SubscribeOutcome.New;
        }
    }

    /// <returns>False if the session has no subscription to this filter.</returns>
    public bool Unsubscribe(string filter)
    {
        lock (_gate)
        {
            if (_subscriptions is null || !_subscriptions.Remove(filter, out var subscription)) return false;
            tree.Remove(subscription);
            return true;
        }
    }

    /// <summary>The filters as the client wrote them, each with its quality of service, in order of filter.</summary>
    public IReadOnlyList<(string Filter, MqttQualityOfService QualityOfService)> Subscriptions()
    {
        lock (_gate)
        {
            return [.. (_subscriptions ?? []).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value.QualityOfService))];
        }
    }

    public bool IsSubscribed(string filter)
    {
        lock (_gate) return _subscriptions?.ContainsKey(filter) ?? false;
    }

    /// <summary>Ends the session for good: nothing is subscribed to any more, and nothing can be.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            if (_subscriptions is null) return;
            foreach (var subscription in _subscriptions.Values) tree.Remove(subscription);
            _subscriptions = null;
        }
    }
}

internal enum SubscribeOutcome
{
    New,
    Replaced,

    /// <summary>The client has as many subscriptions as it may.</summary>
    TooMany,

    /// <summary>The client's next connection has already thrown this session away.</summary>
    SessionEnded,
}
