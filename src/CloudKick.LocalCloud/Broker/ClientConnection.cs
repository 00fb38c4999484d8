using System.IO.Pipelines;
using System.Net;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace CloudKick.LocalCloud;

/// <summary>
/// One client's MQTT connection: this loop reads, a <see cref="ConnectionWriter"/> writes. What is read and written is the handlers'
/// business. The first cause to close it wins; whoever closes it, the loop ends it.
/// </summary>
internal sealed class ClientConnection : IReceiver
{
    private readonly ConnectionContext _context;
    private readonly Device _device;
    private readonly Broker _broker;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly ConnectionDeadlines _deadlines;
    private readonly FreezeGate _freeze = new();
    private int _unacknowledged;
    private bool _cleanSession;
    private CloseCause? _cause;
    private FaultInForce? _frozenBy;
    private ConnectPacket? _unanswered;
    private ConnectTerms? _terms;
    private ConnectionPermissions? _permissions;
    private Session? _session;
    private ConnectionWriter? _writer;
    private Task _writing = Task.CompletedTask;
    private PacketHandler? _packets;
    private DeliveryHandler? _deliveries;

    /// <param name="context">The bytes.</param>
    /// <param name="device">Who is at the other side.</param>
    /// <param name="broker">Serves the client.</param>
    /// <param name="timeProvider">For deadlines.</param>
    /// <param name="logger">Told how it ends.</param>
    /// <param name="lifetime">The connection ends after it; null for none.</param>
    public ClientConnection(
        ConnectionContext context, Device device, Broker broker, TimeProvider timeProvider, ILogger logger, TimeSpan? lifetime = null)
    {
        _context = context;
        _device = device;
        _broker = broker;
        _timeProvider = timeProvider;
        _logger = logger;
        Quotas = broker.Quotas.ForConnection();
        _deadlines = new ConnectionDeadlines(broker.Limits, lifetime, timeProvider);
        Identity = new ConnectionIdentity(new ClientIdentity("", device), "", "");
    }

    /// <summary>Complete once CONNECT was read.</summary>
    public ConnectionIdentity Identity { get; private set; }

    /// <summary>Whether CONNECT was read.</summary>
    public bool IsKnown => Volatile.Read(ref _writer) is not null;

    /// <summary>The fault that has this connection frozen; null while it is not.</summary>
    public FaultInForce? FrozenBy => _freeze.IsClosed ? Volatile.Read(ref _frozenBy) : null;

    public MqttProtocolVersion Version { get; private set; }

    /// <summary>What the client may do. Known once CONNECT was read.</summary>
    public ConnectionPermissions Permissions => _permissions ?? throw new InvalidOperationException("Nothing is asked for before CONNECT was read.");

    public WillMessage? Will { get; private set; }

    /// <summary>What is told of this connection. Complete once CONNECT was read.</summary>
    public ConnectionRecord Record => new(
        Identity.Client.ClientId, Permissions.Thing?.Name, _cleanSession, _terms!.KeepAlive, _terms.SessionExpiry,
        _context.RemoteEndPoint as IPEndPoint, _context.LocalEndPoint as IPEndPoint);

    /// <summary>The version number of this connection's lifecycle events. Guarded by the broker.</summary>
    public long PresenceVersion { get; set; }

    /// <summary>How much the connection may carry.</summary>
    public ConnectionQuotas Quotas { get; }

    public ConnectionWriter Writer => _writer ?? throw new InvalidOperationException("Nothing is written before CONNECT was read.");

    public int Window => _terms!.Window;

    public async Task RunAsync()
    {
        _broker.Opened(this);
        try
        {
            await ReadAsync();
        }
        catch (MqttProtocolException exception)
        {
            BrokerLog.ClientError(_logger, Identity.Client.ThingName, Identity.Client.ClientId, exception.Message);
            Close(CloseCause.ClientError(exception.ReasonCode));
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            Close(CloseCause.ConnectionLost);
        }
        catch (Exception exception) // the loop's boundary: one client's failure must not be another's
        {
            BrokerLog.ConnectionFailed(_logger, Identity.Client.ThingName, Identity.Client.ClientId, exception);
            Close(CloseCause.ServerError);
        }
        await EndAsync();
    }

    /// <summary>Ends the connection. Only the first cause counts. From any thread; does not wait.</summary>
    public void Close(CloseCause cause)
    {
        if (Interlocked.CompareExchange(ref _cause, cause, null) is not null) return;
        _deadlines.Closing();
        if (_freeze.IsClosed) _context.Abort(); // before its writer goes on: nothing of it is to get through
        _freeze.OpenForGood();
        _writer?.StopWaiting();
        Quotas.Throughput?.Stop();
        _context.Transport.Input.CancelPendingRead();
    }

    /// <summary>Nothing more is read or written, until <see cref="Thaw"/>.</summary>
    /// <returns>False if it is frozen already, or ends.</returns>
    public bool Freeze(FaultInForce fault)
    {
        if (!_freeze.Close()) return false;
        Volatile.Write(ref _frozenBy, fault);
        return true;
    }

    /// <returns>False if it was not frozen.</returns>
    public bool Thaw()
    {
        bool frozen = _freeze.IsClosed;
        _freeze.Open();
        return frozen;
    }

    /// <summary>The will is not to be published, whatever ends the connection. Called under the broker's lock.</summary>
    public void WithholdWill() => Will = null;

    /// <summary>The client goes of its own accord: there is no will.</summary>
    public void Leave()
    {
        if (Volatile.Read(ref _cause) is null) Will = null;
        Close(CloseCause.ClientInitiated);
    }

    /// <summary>Cuts the connection as a failing network would.</summary>
    public void Cut()
    {
        Close(CloseCause.ConnectionLost);
        _context.Abort();
    }

    /// <summary>Keep-alive, CONNECT in time, end in time, and a certificate that is still active; stored messages whose time has come.</summary>
    public void CheckDeadlines()
    {
        if (Quotas.StoredAreWaiting()) _writer?.Wake();
        if (Volatile.Read(ref _cause) is not null)
        {
            if (_deadlines.EndIsOverdue) _context.Abort();
        }
        else if (_deadlines.HasHadItsTime)
        {
            Close(CloseCause.WebSocketExpired);
        }
        else if (_permissions is { IsInForce: false })
        {
            Close(CloseCause.NotAuthorized); // the certificate is no longer active
        }
        else if (Volatile.Read(ref _session) is null)
        {
            if (_deadlines.ConnectIsOverdue) Close(CloseCause.ClientError());
        }
        else if (_deadlines.IsSilent(_terms!.KeepAlive))
        {
            Close(CloseCause.KeepAliveTimeout);
        }
    }

    /// <returns>False if the client has as many unacknowledged messages as the broker's Receive Maximum allows already.</returns>
    public bool TryBeginAcknowledgement() => Interlocked.Increment(ref _unacknowledged) <= _broker.Limits.ReceiveMaximum;

    /// <summary>The client will not hear of this message any more.</summary>
    public void AbandonAcknowledgement() => Interlocked.Decrement(ref _unacknowledged);

    public void AcknowledgePublish(ushort packetIdentifier, MqttReasonCode reasonCode)
    {
        Interlocked.Decrement(ref _unacknowledged);
        Writer.Send(new PubAckPacket(packetIdentifier, reasonCode));
    }

    bool IReceiver.MayTakeStored() => Quotas.MayTakeStored();

    void IReceiver.DeliveriesWaiting() => _writer?.Wake();

    void IReceiver.Overrun() => Close(CloseCause.SlowConsumer);

    private async Task ReadAsync()
    {
        var input = _context.Transport.Input;
        while (true)
        {
            await _freeze.WaitAsync();
            if (_unanswered is { } connect && _cause is null) Admit(connect);
            var result = await input.ReadAsync();
            if (result.IsCanceled) return;

            var buffer = result.Buffer;
            long received = buffer.Length;
            try
            {
                while (_cause is null && !_freeze.IsClosed && MqttFrame.TryRead(ref buffer, _broker.Limits.MaximumPacketSize, out var frame))
                {
                    _deadlines.Received();
                    if (_packets is not null) _packets.Handle(frame);
                    else Connect(frame, pipelined: !buffer.IsEmpty);
                }
            }
            finally
            {
                received -= buffer.Length;
                input.AdvanceTo(buffer.Start, _freeze.IsClosed ? buffer.Start : buffer.End);
            }
            if (_cause is not null || (result.IsCompleted && !_freeze.IsClosed)) return;
            if (Quotas.Throughput is { } throughput) await throughput.PassAsync((int)received);
            if (_writer is not null) await _writer.WaitForRoomAsync();
        }
    }

    private void Connect(in MqttFrame frame, bool pipelined)
    {
        if (frame.Type != MqttPacketType.Connect)
            throw new MqttProtocolException(MqttReasonCode.ProtocolError, "MQTT-3.1.0-1", $"{frame.Type} before CONNECT");

        var connect = ConnectPacket.Decode(frame);
        var client = new ClientIdentity(connect.ClientIdentifier, _device);
        _permissions = _broker.Authorization.For(client);
        Identity = new ConnectionIdentity(client, Guid.NewGuid().ToString("N"), _device.IpAddress, _permissions.ExclusiveThing?.Name);
        Version = connect.Version;
        _terms = ConnectTerms.For(connect, _broker.Limits);
        _cleanSession = connect.CleanStart;
        var writer = new ConnectionWriter(_context.Transport.Output, Version, TryWriteDelivery, _freeze, Quotas.Throughput);
        _writing = WriteAsync(writer);
        Volatile.Write(ref _writer, writer);

        if (pipelined) throw new MqttProtocolException(MqttReasonCode.ProtocolError, "AWS IoT Core", "The client did not wait for CONNACK");
        _broker.Faults.Connecting(this);
        if (_freeze.IsClosed) _unanswered = connect;
        else if (_cause is null) Admit(connect);
    }

    private void Admit(ConnectPacket connect)
    {
        _unanswered = null;
        if (!new ConnectHandler(_broker, this, _logger).Admits(connect, _terms!)) return;

        if (connect.Will is { } will) Will = new WillMessage(will.Message, TimeSpan.FromSeconds(will.DelayInterval));
        var (session, present) = _broker.Join(this, Version, connect.CleanStart, _terms!.SessionExpiry);
        _packets = new PacketHandler(_broker, this, session);
        Volatile.Write(ref _deliveries, new DeliveryHandler(_broker, this, session, _terms.MaximumPacketSize, _timeProvider));
        Volatile.Write(ref _session, session);
        Writer.Send(_terms.ToConnAck(present, _broker.Limits));
        session.Attach(this);
        _broker.Waiters.Changed();
    }

    private bool TryWriteDelivery(PipeWriter output) => Volatile.Read(ref _deliveries)?.TryWriteNext(output) ?? false;

    private async Task WriteAsync(ConnectionWriter writer)
    {
        try
        {
            await writer.RunAsync();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            Close(CloseCause.ConnectionLost);
        }
        catch (Exception exception) // the loop's boundary
        {
            BrokerLog.ConnectionFailed(_logger, Identity.Client.ThingName, Identity.Client.ClientId, exception);
            Close(CloseCause.ServerError);
        }
    }

    private async Task EndAsync()
    {
        if (_context.Features.Get<ClosedByClient>() is not null) Leave();
        Close(CloseCause.ConnectionLost); // the peer closed without a DISCONNECT
        var cause = _cause!;
        if (_session is not null) _broker.Leave(_session, this, cause);
        if (_writer is not null)
        {
            bool hopeless = cause == CloseCause.ConnectionLost || (cause == CloseCause.SlowConsumer && _writer.IsFlushing);
            if (hopeless) _context.Abort();
            _writer.Finish(cause.Code);
            await _writing;
        }
        BrokerLog.Disconnected(_logger, Identity.Client.ThingName, Identity.Client.ClientId, cause.DisconnectReason);
        _broker.Closed(this);
    }
}
