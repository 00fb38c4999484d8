using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>
/// The sessions and connections of all clients. One lock orders connects, disconnects and their lifecycle events; messages
/// go their way without it. Locks are taken in this order: broker, session, subscription tree.
/// </summary>
internal sealed class Broker
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Session> _sessions = [];
    private readonly HashSet<Session> _absent = [];
    private readonly HashSet<ClientConnection> _connections = [];
    private readonly ConnectionRecords _records;
    private readonly TimeProvider _timeProvider;
    private CloseCause? _stopping;

    public Broker(BrokerLimits limits, Authorizer authorization, ProvisioningByClaim provisioning, LocalCloudQuotas quotas, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        Limits = limits;
        Authorization = authorization;
        Provisioning = provisioning;
        Quotas = new AccountQuotas(quotas, Counters, timeProvider);
        Router = new MessageRouter(limits, Quotas, Counters, timeProvider);
        Presence = new PresenceEvents(Router, timeProvider);
        _records = new ConnectionRecords(timeProvider);
        Faults = new Faults(Connections, Waiters, timeProvider);
    }

    public BrokerLimits Limits { get; }

    public Authorizer Authorization { get; }

    public ProvisioningByClaim Provisioning { get; }

    public AccountQuotas Quotas { get; }

    public MessageRouter Router { get; }

    public PresenceEvents Presence { get; }

    public Counters Counters { get; } = new();

    public Faults Faults { get; }

    public StateWaiters Waiters { get; } = new();

    public Action<AcceptedPublish>? PublishAccepted { get; set; }

    public DateTimeOffset Now => _timeProvider.GetUtcNow();

    /// <summary>A connection exists, whether or not it gets as far as CONNECT. While the broker stops, none lasts.</summary>
    public void Opened(ClientConnection connection)
    {
        CloseCause? stopping;
        lock (_gate)
        {
            _connections.Add(connection);
            stopping = _stopping;
        }
        if (stopping is not null) connection.Close(stopping);
        Waiters.Changed();
    }

    /// <summary>Closes all connections, and each new one, until <see cref="Resume"/>.</summary>
    public void Stop(CloseCause cause)
    {
        ClientConnection[] connections;
        lock (_gate)
        {
            _stopping = cause;
            connections = [.. _connections];
        }
        foreach (var connection in connections)
        {
            if (cause == CloseCause.ConnectionLost) connection.Cut();
            else connection.Close(cause);
        }
    }

    public void Resume()
    {
        lock (_gate) _stopping = null;
    }

    public void Closed(ClientConnection connection)
    {
        lock (_gate) _connections.Remove(connection);
        Waiters.Changed();
    }

    /// <summary>Gives a client that may connect its session, taking it from whoever has it (MQTT 5.0 §3.1.4).</summary>
    /// <param name="connection">The new connection; from here until <see cref="Leave"/> it holds the session.</param>
    /// <param name="version">A session of another version is not continued.</param>
    /// <param name="cleanStart">Whether to start with a new session even if there is one.</param>
    /// <param name="expiry">How long the session is to outlive the connection.</param>
    public (Session Session, bool Present) Join(ClientConnection connection, MqttProtocolVersion version, bool cleanStart, TimeSpan expiry)
    {
        Session? session;
        bool resumed;
        lock (_gate)
        {
            string clientId = connection.Identity.Client.ClientId;
            if (_sessions.TryGetValue(clientId, out session) && session.Connection is { } other)
            {
                other.Close(CloseCause.TakenOver);
                Leave(session, other, CloseCause.TakenOver);
            }

            // Leaving ends a session that was not to outlive its connection.
            resumed = !cleanStart && _sessions.TryGetValue(clientId, out session) && session.Version == version;
            if (!resumed)
            {
                if (_sessions.TryGetValue(clientId, out var old)) End(old);
                session = new Session(clientId, version, Limits, Router.Subscriptions);
                _sessions.Add(clientId, session);
            }
            _absent.Remove(session!);
            session!.Connection = connection;
            session.EndsAt = null;
            session.DelayedWill = null;
            session.Expiry = expiry;
            connection.PresenceVersion = Presence.Connected(connection.Identity);
            _records.Connected(connection.Record);
        }
        return (session, resumed);
    }

    /// <summary>The connection is over: lifecycle event, will, and the session's end or its wait. Does nothing after a takeover.</summary>
    public void Leave(Session session, ClientConnection connection, CloseCause cause)
    {
        lock (_gate)
        {
            if (session.Connection != connection) return;
            session.Connection = null;
            Counters.Dropped(session.Detach(keep: session.Expiry > TimeSpan.Zero));
            Presence.Disconnected(connection.Identity, connection.PresenceVersion, cause);
            _records.Disconnected(session.ClientId, cause);

            if (connection.Will is { } will)
            {
                var message = Router.Accept(will.Message, session.ClientId);
                if (will.Delay > TimeSpan.Zero && session.Expiry > TimeSpan.Zero)
                    session.DelayedWill = (message, Now + will.Delay);
                else
                    Publish(message);
            }

            if (session.Expiry > TimeSpan.Zero)
            {
                session.EndsAt = Now + session.Expiry;
                _absent.Add(session);
            }
            else
            {
                End(session);
            }
        }
        Waiters.Changed();
    }

    /// <summary>What is due: sessions that end, wills whose delay is over, connections past a deadline.</summary>
    public void Tick()
    {
        var now = Now;
        ClientConnection[] connections;
        lock (_gate)
        {
            foreach (var session in _absent.ToArray())
            {
                if (session.DelayedWill is { } will && will.DueAt <= now)
                {
                    session.DelayedWill = null;
                    Publish(will.Message);
                }
                if (session.EndsAt <= now) End(session);
            }
            Presence.ForgetLongOffline();
            _records.ForgetLongGone();
            connections = [.. _connections];
        }
        foreach (var connection in connections) connection.CheckDeadlines();
        Provisioning.DiscardUnused();
        Quotas.Forget();
    }

    /// <summary>Takes a client's message: tells the observer, then the subscribers.</summary>
    public MqttReasonCode Publish(string clientId, MqttMessage message)
    {
        if (Faults.Refuse?.Invoke(new AcceptedPublish(clientId, message)) is { } refusal)
        {
            Counters.Refused();
            return refusal;
        }
        return Publish(Router.Accept(message, clientId));
    }

    /// <summary>Sends a message to a client by name, whatever it subscribes to; nothing waits for one that is not connected.</summary>
    public Task<DirectOutcome> SendDirectAsync(string clientId, MqttMessage message, DirectMessage direct)
    {
        if (FindSession(clientId) is { } session)
            session.DeliverDirect(new Delivery(Router.Accept(message, publisher: null), message.QualityOfService, Retain: false, direct));
        else
            direct.Refused(DirectOutcome.NotConnected);
        return direct.Outcome;
    }

    /// <summary>Ends a client's connection, before this returns, as AWS's DeleteConnection does. The client may return at once.</summary>
    /// <param name="clientId">Whose.</param>
    /// <param name="endSession">Whether its session, with subscriptions and waiting messages, ends with it.</param>
    /// <param name="withholdWill">Whether its will stays unpublished.</param>
    /// <returns>False if the client is not connected.</returns>
    public bool DeleteConnection(string clientId, bool endSession, bool withholdWill)
    {
        lock (_gate)
        {
            if (!_sessions.TryGetValue(clientId, out var session) || session.Connection is not { } connection) return false;
            if (endSession) session.Expiry = TimeSpan.Zero;
            if (withholdWill) connection.WithholdWill();
            connection.Close(CloseCause.Administrative);
            Leave(session, connection, CloseCause.Administrative);
            return true;
        }
    }

    /// <summary>A client's connection, or the one it had within the last half hour; null for neither.</summary>
    public ConnectionRecord? FindRecord(string clientId)
    {
        lock (_gate) return _records.Find(clientId);
    }

    public ClientConnection[] Connections()
    {
        lock (_gate) return [.. _connections];
    }

    public string[] ConnectedClientIds()
    {
        lock (_gate) return [.. _sessions.Values.Where(session => session.Connection is not null).Select(session => session.ClientId)];
    }

    public int ConnectedClients
    {
        get { lock (_gate) return _sessions.Count - _absent.Count; }
    }

    /// <summary>What a client asks for in its DISCONNECT (MQTT 5.0 §3.14.2.2.2).</summary>
    public void ChangeExpiry(Session session, ClientConnection connection, TimeSpan expiry)
    {
        lock (_gate)
        {
            if (session.Connection != connection) return;
            if (session.Expiry == TimeSpan.Zero && expiry > TimeSpan.Zero)
                throw new MqttProtocolException(MqttReasonCode.ProtocolError, "MQTT-3.14.2-2", "DISCONNECT prolongs a session that ends with its connection");
            session.Expiry = expiry;
        }
    }

    public Session? FindSession(string clientId)
    {
        lock (_gate) return _sessions.GetValueOrDefault(clientId);
    }

    public ClientConnection? FindConnection(string clientId)
    {
        lock (_gate) return _sessions.GetValueOrDefault(clientId)?.Connection;
    }

    private void End(Session session)
    {
        _sessions.Remove(session.ClientId);
        _absent.Remove(session);
        session.End();
        Counters.Dropped(session.Detach(keep: false));

        // A will does not wait longer than its session (MQTT 5.0 §3.1.3.2.2).
        if (session.DelayedWill is { } will) Publish(will.Message);
        session.DelayedWill = null;
    }

    private MqttReasonCode Publish(RoutedMessage message)
    {
        if (!Router.TryRetain(message))
        {
            Counters.Refused();
            return MqttReasonCode.QuotaExceeded;
        }
        Counters.Published(message.Message.Topic);
        PublishAccepted?.Invoke(new AcceptedPublish(message.Publisher!, message.Message));
        Router.Route(message);
        Waiters.Changed();
        return MqttReasonCode.Success;
    }
}
