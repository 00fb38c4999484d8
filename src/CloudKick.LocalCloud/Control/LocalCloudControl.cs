using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>
/// What tests and fault experiments see of LocalCloud and order from it. Waits end by a signal, not by polling. Thread safe.
/// </summary>
public sealed class LocalCloudControl
{
    private readonly Broker _broker;
    private readonly LocalCloudServer _server;

    internal LocalCloudControl(Broker broker, LocalCloudServer server)
    {
        _broker = broker;
        _server = server;
    }

    /// <summary>Client ids that are connected now, in no order.</summary>
    public IReadOnlyCollection<string> ConnectedClientIds => _broker.ConnectedClientIds();

    /// <summary>How many clients are connected now.</summary>
    public int ConnectedClients => _broker.ConnectedClients;

    /// <summary>How many TLS connections for MQTT are open, also those that have not said CONNECT or are being closed.</summary>
    public int Connections => _broker.Connections().Length;

    /// <summary>What happened to messages so far.</summary>
    public MessageCounters Counters => _broker.Counters.Snapshot();

    /// <summary>What met a quota so far.</summary>
    public QuotaCounters OverQuota => _broker.Counters.OverQuota();

    /// <summary>
    /// Called with every PUBLISH that the broker accepts, and every will, before anyone receives it. On the publisher's
    /// thread: it must be quick and must not throw.
    /// </summary>
    public Action<AcceptedPublish>? PublishAccepted
    {
        get => _broker.PublishAccepted;
        set => _broker.PublishAccepted = value;
    }

    /// <summary>
    /// Decides, for each PUBLISH that would be accepted, whether it is refused, and with which reason code in its PUBACK
    /// (a 3.1.1 client sees an ordinary PUBACK). Null, and a null result, refuse nothing.
    /// </summary>
    public Func<AcceptedPublish, MqttReasonCode?>? RefusePublish
    {
        get => _broker.Faults.Refuse;
        set => _broker.Faults.Refuse = value;
    }

    /// <summary>How many messages the broker accepted for a topic.</summary>
    public long PublishedTo(string topic) => _broker.Counters.PublishedTo(topic);

    /// <summary>Whether the client's session has a subscription to exactly this filter.</summary>
    public bool IsSubscribed(string clientId, string topicFilter) => _broker.FindSession(clientId)?.IsSubscribed(topicFilter) ?? false;

    /// <summary>Messages that wait for a client or that it has not acknowledged.</summary>
    public int QueuedMessages(string clientId) => _broker.FindSession(clientId)?.QueuedMessages ?? 0;

    /// <summary>Waits until a client is connected.</summary>
    public Task WaitForConnectedAsync(string clientId, CancellationToken cancellationToken) =>
        WaitUntilAsync(() => _broker.FindConnection(clientId) is not null, cancellationToken);

    /// <summary>Waits until a client is not connected.</summary>
    public Task WaitForDisconnectedAsync(string clientId, CancellationToken cancellationToken) =>
        WaitUntilAsync(() => _broker.FindConnection(clientId) is null, cancellationToken);

    /// <summary>Waits until at least so many clients are connected.</summary>
    public Task WaitForConnectedAsync(int clients, CancellationToken cancellationToken) =>
        WaitUntilAsync(() => _broker.ConnectedClients >= clients, cancellationToken);

    /// <summary>Waits until a client's session has a subscription to exactly this filter.</summary>
    public Task WaitForSubscribedAsync(string clientId, string topicFilter, CancellationToken cancellationToken) =>
        WaitUntilAsync(() => IsSubscribed(clientId, topicFilter), cancellationToken);

    /// <summary>Waits until the broker has accepted at least so many messages for a topic.</summary>
    public Task WaitForPublishedAsync(string topic, long messages, CancellationToken cancellationToken) =>
        WaitUntilAsync(() => PublishedTo(topic) >= messages, cancellationToken);

    /// <summary>Ends a client's connection as AWS's DeleteConnection does: MQTT 5 clients get DISCONNECT 0x98. The client may return at once.</summary>
    /// <returns>False if the client was not connected.</returns>
    public bool Disconnect(string clientId)
    {
        var connection = _broker.FindConnection(clientId);
        connection?.Close(CloseCause.Administrative);
        return connection is not null;
    }

    /// <summary>Cuts a client's connection as a failing network would.</summary>
    /// <returns>False if the client was not connected.</returns>
    public bool Cut(string clientId)
    {
        var connection = _broker.FindConnection(clientId);
        connection?.Cut();
        return connection is not null;
    }

    /// <summary>Cuts every connection; clients may return at once.</summary>
    public void CutAll()
    {
        foreach (var connection in _broker.Connections()) connection.Cut();
    }

    /// <summary>
    /// The broker is down: the port refuses connections and all are cut, until <see cref="ComeBackAsync"/>. Sessions and
    /// retained messages stay. Returns when the port is closed.
    /// </summary>
    public Task GoDownAsync() => _server.GoDownAsync();

    /// <summary>The broker is back, on the same port. Does nothing if it was not down.</summary>
    public Task ComeBackAsync(CancellationToken cancellationToken) => _server.ComeBackAsync(cancellationToken);

    /// <summary>The faults that were ordered and are not over.</summary>
    public IReadOnlyList<OrderedFault> Faults => _broker.Faults.InForce;

    /// <summary>
    /// Orders a fault, until its count or duration is used up, or it is withdrawn. Several may be in force; what happens to a
    /// message or a new connection is decided by the first that was ordered of those that apply.
    /// </summary>
    /// <exception cref="ArgumentException">It lacks something, or has something that its kind does not take.</exception>
    /// <exception cref="InvalidOperationException">1,000 faults are in force.</exception>
    public OrderedFault Order(CloudFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.Mistake is { } wrong ? throw new ArgumentException(wrong, nameof(fault)) : _broker.Faults.Order(fault);
    }

    /// <summary>Waits until a fault is so, for instance has struck.</summary>
    public Task WaitForFaultAsync(Func<OrderedFault, bool> condition, CancellationToken cancellationToken) =>
        WaitUntilAsync(() => Faults.Any(condition), cancellationToken);

    /// <summary>Withdraws a fault; connections that it froze thaw.</summary>
    /// <returns>False if it is over already, or never was.</returns>
    public bool Withdraw(int id) => _broker.Faults.Withdraw(id);

    /// <summary>
    /// Frozen connections go on where they were; of the faults that freeze, those ordered for these clients, or for a pattern
    /// that this one matches, are withdrawn.
    /// </summary>
    /// <param name="clients">Client ids, with <c>*</c> and <c>?</c>.</param>
    /// <returns>How many connections thawed.</returns>
    public int Thaw(string clients = CloudFault.Everyone) => _broker.Faults.Thaw(clients);

    /// <summary>Whether a client's connection is frozen.</summary>
    public bool IsFrozen(string clientId) => _broker.FindConnection(clientId)?.FrozenBy is not null;

    /// <summary>Withdraws all faults, <see cref="RefusePublish"/> too; frozen connections thaw, acknowledgements that were held are sent.</summary>
    public void Reset() => _broker.Faults.Reset();

    /// <summary>
    /// From now on accepted messages are delivered but their PUBACKs held back, until <see cref="ReleaseAcknowledgements"/>
    /// or <see cref="LoseAcknowledgements"/>.
    /// </summary>
    public void HoldAcknowledgements() => _broker.Faults.Hold();

    /// <summary>Sends the PUBACKs that were held back, and holds no more.</summary>
    public void ReleaseAcknowledgements() => _broker.Faults.Release();

    /// <summary>Forgets the PUBACKs that were held back, and holds no more.</summary>
    public void LoseAcknowledgements() => _broker.Faults.Lose();

    internal Task WaitUntilAsync(Func<bool> condition, CancellationToken cancellationToken) =>
        _broker.Waiters.WaitAsync(condition, cancellationToken);
}
