using System.Net.Sockets;
using CloudKick.Mqtt.Packets;
using CloudKick.Mqtt.Transport;
using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Client;

/// <summary>
/// One connection after CONNACK: a loop that reads, one that writes, one that keeps it alive. Whichever ends first, or <see cref="Close"/>,
/// gives the cause; then the server is told, if it can be, and all of it ends. Nothing is thrown out of <see cref="RunAsync"/>.
/// </summary>
internal sealed class MqttConnection
{
    private readonly MqttTransport _transport;
    private readonly MqttClientOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly OutgoingPublishes _publishes;
    private readonly RememberedSubscriptions _subscriptions;
    private readonly PacketInput _input;
    private readonly KeepAlive _keepAlive;
    private readonly TaskCompletionSource<ConnectionEnd> _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MqttConnection(
        MqttTransport transport, ConnAckPacket connAck, MqttClientOptions options, PacketIdentifiers identifiers, OutgoingPublishes publishes,
        IncomingMessages messages, RememberedSubscriptions subscriptions, TimeProvider timeProvider)
    {
        _transport = transport;
        _options = options;
        _timeProvider = timeProvider;
        _publishes = publishes;
        _subscriptions = subscriptions;
        Limits = new ServerLimits(connAck);
        Output = new PacketOutput(transport.Stream, options.Version, Limits.MaximumPacketSize, options.SendTimeout, timeProvider);
        Requests = new AcknowledgedRequests(Output, identifiers, options.SubscribeTimeout, timeProvider);
        _input = new PacketInput(this, transport.Input, options, publishes, messages, timeProvider);
        var keepAlive = connAck.ServerKeepAlive is { } seconds ? TimeSpan.FromSeconds(seconds) : options.KeepAlive;
        _keepAlive = new KeepAlive(this, keepAlive, options.PingAfterSilence, options.PingTimeout, timeProvider);
    }

    public ServerLimits Limits { get; }

    public PacketOutput Output { get; }

    public AcknowledgedRequests Requests { get; }

    /// <summary>When something last came; now, while the application holds up reading, for then the server cannot be blamed.</summary>
    public long LastReceived => _input.LastReceived;

    /// <summary>Ends the connection; the first cause counts.</summary>
    public void Close(ConnectionEnd end) => _closing.TrySetResult(end);

    /// <summary>Finds out whether the server is still there, within <see cref="MqttClientOptions.PingTimeout"/>.</summary>
    public void Probe() => _keepAlive.Probe();

    /// <summary>PUBACK for a received message.</summary>
    public void AcknowledgeIncoming(ushort packetIdentifier)
    {
        _input.Acknowledging();
        Output.Append(new Acknowledgement(MqttPacketType.PubAck, packetIdentifier, MqttReasonCode.Success, null, []));
    }

    public Task<IReadOnlyList<MqttReasonCode>> SubscribeAsync(IReadOnlyList<MqttSubscription> subscriptions, CancellationToken cancellationToken)
    {
        if (subscriptions.Select(Limits.Refuse).FirstOrDefault(refusal => refusal is not null) is { } refusal)
            throw new MqttNotSentException(MqttNotSentReason.NotSupported, $"Not sent: {refusal}");
        return Requests.SendAsync(
            MqttPacketType.SubAck,
            subscriptions.Count,
            identifier => new SubscribePacket { PacketIdentifier = identifier, Subscriptions = subscriptions },
            reasonCodes => _subscriptions.Granted(subscriptions, reasonCodes),
            cancellationToken);
    }

    public Task<IReadOnlyList<MqttReasonCode>> UnsubscribeAsync(IReadOnlyList<string> topicFilters, CancellationToken cancellationToken) => Requests.SendAsync(
        MqttPacketType.UnsubAck,
        topicFilters.Count,
        identifier => new UnsubscribePacket { PacketIdentifier = identifier, TopicFilters = topicFilters },
        reasonCodes => _subscriptions.Removed(topicFilters, reasonCodes),
        cancellationToken);

    /// <summary>Lives until the connection has ended; when this returns, its output has stopped for good.</summary>
    public async Task<ConnectionEnd> RunAsync()
    {
        using var stopping = new CancellationTokenSource();
        var writing = GuardAsync(WriteAsync(stopping.Token));
        Task<ConnectionEnd>[] loops =
        [
            writing,
            GuardAsync(_input.RunAsync(stopping.Token)),
            GuardAsync(_keepAlive.RunAsync(stopping.Token)),
            _closing.Task,
        ];
        var end = await await Task.WhenAny(loops);
        _closing.TrySetResult(end);
        await SayFarewellAsync(end, writing);
        await stopping.CancelAsync();
        await _transport.DisposeAsync();
        await Task.WhenAll(loops);
        await _transport.Input.CompleteAsync();
        Requests.ConnectionEnded(end, Output.HandedOver);
        return end;
    }

    private async Task SayFarewellAsync(ConnectionEnd end, Task writing)
    {
        if (end.Farewell is { } farewell && (_options.Version == MqttProtocolVersion.V5 || farewell.ReasonCode == MqttReasonCode.Success))
            Output.Append(farewell);
        Output.Complete();
        if (end.Farewell is null)
            return;
        try
        {
            await FinishAsync(writing).WaitAsync(_options.DisconnectTimeout, _timeProvider);
        }
        catch (TimeoutException)
        {
            // The server does not take it; the connection is cut instead.
        }
    }

    private async Task FinishAsync(Task writing)
    {
        await writing;
        try
        {
            await _transport.ShutdownAsync();
        }
        catch (Exception exception) when (exception is IOException or SocketException or InvalidOperationException)
        {
            // The server is gone, or the connection was cut meanwhile.
        }
    }

    private async Task<ConnectionEnd> WriteAsync(CancellationToken cancellationToken)
    {
        await Output.RunAsync(_publishes.Sent, cancellationToken);
        return ConnectionEnd.Closed();
    }

    /// <summary>What a loop throws becomes its cause.</summary>
    private static async Task<ConnectionEnd> GuardAsync(Task<ConnectionEnd> loop)
    {
        try
        {
            return await loop;
        }
        catch (MqttProtocolException exception)
        {
            return ConnectionEnd.Broken(exception);
        }
        catch (Exception exception)
        {
            return ConnectionEnd.Lost(exception);
        }
    }
}
