using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>
/// The misbehaviour that was ordered, asked wherever it could strike. Without an order it does nothing and costs nothing.
/// Thread safe; holding its own lock it takes none of the broker's.
/// </summary>
internal sealed class Faults(Func<ClientConnection[]> connections, StateWaiters waiters, TimeProvider timeProvider) : IAsyncDisposable
{
    private const int MaximumInForce = 1_000;

    private readonly Lock _gate = new();
    private readonly DelayedActions _later = new(timeProvider);
    private FaultInForce[] _inForce = [];
    private int _lastId;
    private HeldAcknowledgements? _held;

    /// <summary>A test's own judgement of publishes; null for none.</summary>
    public Func<AcceptedPublish, MqttReasonCode?>? Refuse { get; set; }

    /// <summary>Those that are not over.</summary>
    public IReadOnlyList<OrderedFault> InForce
    {
        get
        {
            lock (_gate) return [.. _inForce.Where(fault => !IsSpent(fault)).Select(fault => fault.Description)];
        }
    }

    /// <summary>Puts a fault in force; what is to happen to connections that are open has happened when this returns.</summary>
    /// <exception cref="InvalidOperationException">Too many are in force.</exception>
    public OrderedFault Order(CloudFault fault)
    {
        FaultInForce ordered;
        lock (_gate)
        {
            ordered = new FaultInForce(++_lastId, fault, timeProvider.GetUtcNow());
            FaultInForce[] others = [.. _inForce.Where(other => !IsSpent(other))];
            if (others.Length >= MaximumInForce) throw new InvalidOperationException($"{MaximumInForce} faults are in force; withdraw some first.");
            _inForce = [.. others, ordered];
        }
        if (fault.Kind is CloudFaultKind.Cut or CloudFaultKind.Freeze)
        {
            foreach (var connection in connections())
                if (connection.IsKnown) StrikeConnection(connection, other => other == ordered);
        }
        if (fault is { Kind: CloudFaultKind.Cut, Count: null, Duration: null }) End([ordered]);
        if (fault.Duration is { } duration) _later.Do(duration, () => End([ordered]));
        lock (_gate) return ordered.Description;
    }

    /// <summary>A client has said who it is: it may be cut off or frozen before it is answered.</summary>
    public void Connecting(ClientConnection connection)
    {
        if (Volatile.Read(ref _inForce).Length > 0) StrikeConnection(connection, _ => true);
    }

    /// <returns>What is to happen to a message that a client publishes; null for nothing.</returns>
    public CloudFault? StrikePublish(string client) => Strike(
        client, fault => fault.Kind is CloudFaultKind.Delay or CloudFaultKind.Drop or CloudFaultKind.Refuse || fault is { Kind: CloudFaultKind.Discard, FromClients: true });

    /// <returns>Whether a message on its way to a client is thrown away.</returns>
    public bool StrikeDelivery(string client) => Strike(client, fault => fault is { Kind: CloudFaultKind.Discard, FromClients: false }) is not null;

    /// <summary>Sends a PUBACK when its time has come; one that the client no longer waits for goes nowhere.</summary>
    public void AcknowledgeLater(ClientConnection connection, ushort packetIdentifier, TimeSpan delay) =>
        _later.Do(delay, () => connection.AcknowledgePublish(packetIdentifier, MqttReasonCode.Success));

    /// <summary>Ends the faults that are frozen connections' for these clients, or for a part of them.</summary>
    /// <returns>How many connections thawed.</returns>
    public int Thaw(string clients)
    {
        FaultInForce[] over;
        lock (_gate) over = [.. _inForce.Where(fault => fault.Fault.Kind == CloudFaultKind.Freeze && FaultInForce.Matches(clients, fault.Fault.Clients))];
        int thawed = End(over);
        foreach (var connection in connections())
            if (FaultInForce.Matches(clients, connection.Identity.Client.ClientId) && connection.Thaw()) thawed++;
        return thawed;
    }

    /// <returns>False if there is no such fault, or no longer.</returns>
    public bool Withdraw(int id)
    {
        FaultInForce[] over;
        lock (_gate) over = [.. _inForce.Where(fault => fault.Id == id)];
        End(over);
        return over.Length > 0;
    }

    /// <summary>Nothing is ordered any more, and what was held back goes on.</summary>
    public void Reset()
    {
        Refuse = null;
        End(Volatile.Read(ref _inForce));
        Release();
    }

    public void Hold()
    {
        lock (_gate) _held ??= new HeldAcknowledgements();
    }

    /// <summary>Keeps a PUBACK back if they are held.</summary>
    public bool TryHold(ClientConnection connection, ushort packetIdentifier)
    {
        if (Volatile.Read(ref _held) is null) return false;
        lock (_gate)
        {
            _held?.Add(connection, packetIdentifier);
            return _held is not null;
        }
    }

    public void Release()
    {
        HeldAcknowledgements? held;
        lock (_gate)
        {
            held = _held;
            _held = null;
        }
        held?.Send();
    }

    public void Lose()
    {
        lock (_gate) _held = null;
    }

    public ValueTask DisposeAsync() => _later.DisposeAsync();

    private CloudFault? Strike(string client, Func<CloudFault, bool> applies)
    {
        if (Volatile.Read(ref _inForce).Length == 0) return null;
        CloudFault? struck;
        lock (_gate)
        {
            var now = timeProvider.GetUtcNow();
            var fault = _inForce.FirstOrDefault(fault => !fault.IsOver(now) && applies(fault.Fault) && fault.IsFor(client));
            fault?.Strike();
            struck = fault?.Fault;
        }
        if (struck is not null) waiters.Changed();
        return struck;
    }

    private void StrikeConnection(ClientConnection connection, Func<FaultInForce, bool> considered)
    {
        FaultInForce? struck;
        lock (_gate)
        {
            var now = timeProvider.GetUtcNow();
            string client = connection.Identity.Client.ClientId;
            struck = _inForce.FirstOrDefault(
                fault => considered(fault) && fault.Fault.Kind is CloudFaultKind.Cut or CloudFaultKind.Freeze && !fault.IsOver(now) && fault.IsFor(client));
            if (struck is null || (struck.Fault.Kind == CloudFaultKind.Freeze && !connection.Freeze(struck))) return;
            struck.Strike();
        }
        if (struck.Fault.Kind == CloudFaultKind.Cut) connection.Cut();
        waiters.Changed();
    }

    /// <returns>How many connections thawed.</returns>
    private int End(IReadOnlyCollection<FaultInForce> over)
    {
        lock (_gate) _inForce = [.. _inForce.Except(over)];
        return connections().Count(connection => connection.FrozenBy is { } fault && over.Contains(fault) && connection.Thaw());
    }

    /// <summary>It will not strike again, and no connection is frozen by it.</summary>
    private bool IsSpent(FaultInForce fault) => fault.Fault.Kind != CloudFaultKind.Freeze && fault.IsOver(timeProvider.GetUtcNow());
}
