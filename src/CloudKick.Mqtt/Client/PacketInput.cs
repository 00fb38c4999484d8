using System.IO.Pipelines;
using CloudKick.Mqtt.Packets;
using CloudKick.Mqtt.Transport;

namespace CloudKick.Mqtt.Client;

/// <summary>All that a connection receives: one loop reads it and gives each packet to whom it is for.</summary>
internal sealed class PacketInput
{
    private readonly MqttConnection _connection;
    private readonly PipeReader _reader;
    private readonly MqttClientOptions _options;
    private readonly OutgoingPublishes _publishes;
    private readonly IncomingMessages _messages;
    private readonly TimeProvider _timeProvider;
    private readonly IncomingTopicAliases _aliases;
    private readonly ReadingTurns? _turns;
    private long _lastReceived;
    private int _unacknowledged;
    private volatile bool _paused;

    public PacketInput(
        MqttConnection connection, PipeReader reader, MqttClientOptions options, OutgoingPublishes publishes, IncomingMessages messages,
        TimeProvider timeProvider)
    {
        _connection = connection;
        _reader = reader;
        _options = options;
        _publishes = publishes;
        _messages = messages;
        _timeProvider = timeProvider;
        _aliases = new IncomingTopicAliases(options.TopicAliasMaximum);
        _turns = options.DedicatedThread ? new ReadingTurns(publishes.Answered, connection.Output, timeProvider) : null;
        _lastReceived = timeProvider.GetTimestamp();
    }

    /// <summary>When something last came; now, while the application holds up reading, for then the server cannot be blamed.</summary>
    public long LastReceived => _paused ? _timeProvider.GetTimestamp() : Volatile.Read(ref _lastReceived);

    /// <summary>PUBACK is about to be sent: the server may send another message.</summary>
    public void Acknowledging() => Interlocked.Decrement(ref _unacknowledged);

    /// <summary>Reads until the connection has ended, and says how. What the network or a packet breaks is thrown.</summary>
    public async Task<ConnectionEnd> RunAsync(CancellationToken cancellationToken)
    {
        if (_turns is null)
            return (await ReadAsync(0, cancellationToken))!;
        using (_turns)
            return await _turns.RunAsync(turn => ReadAsync(turn, cancellationToken));
    }

    /// <summary>Null when another turn has begun.</summary>
    private async Task<ConnectionEnd?> ReadAsync(int turn, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (!buffer.IsEmpty)
                Volatile.Write(ref _lastReceived, _timeProvider.GetTimestamp());
            _turns?.Gather();
            while (MqttFrame.TryRead(ref buffer, (int)_options.MaximumPacketSize, out var frame))
            {
                if (frame.Type == MqttPacketType.Publish)
                    await ReceiveAsync(PublishPacket.Decode(frame, _options.Version), cancellationToken);
                else if (Handle(frame) is { } end)
                    return end;
            }
            _reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return buffer.IsEmpty ? ConnectionEnd.Closed() : ConnectionEnd.ClosedInsidePacket();
            if (_turns?.TellAndSend(turn) == false)
                return null;
        }
    }

    /// <summary>Everything but PUBLISH; what it returns ends the connection.</summary>
    private ConnectionEnd? Handle(in MqttFrame frame)
    {
        switch (frame.Type)
        {
            case MqttPacketType.PubAck:
                var pubAck = PubAckPacket.Decode(frame, _options.Version);
                _publishes.Acknowledge(pubAck.PacketIdentifier, pubAck.ReasonCode);
                return null;
            case MqttPacketType.SubAck:
                var subAck = SubAckPacket.Decode(frame, _options.Version);
                _connection.Requests.Acknowledge(frame.Type, subAck.PacketIdentifier, subAck.ReasonCodes);
                return null;
            case MqttPacketType.UnsubAck:
                var unsubAck = UnsubAckPacket.Decode(frame, _options.Version);
                _connection.Requests.Acknowledge(frame.Type, unsubAck.PacketIdentifier, unsubAck.ReasonCodes);
                return null;
            case MqttPacketType.PingResp:
                PingRespPacket.Decode(frame, _options.Version);
                return null;
            case MqttPacketType.Disconnect when _options.Version == MqttProtocolVersion.V5:
                return ConnectionEnd.Said(DisconnectPacket.Decode(frame, _options.Version));
            default:
                throw MqttProtocolException.Error("MQTT 5.0 §2.1.2", $"The server sent {frame.Type}, which it may not send here");
        }
    }

    private ValueTask ReceiveAsync(PublishPacket packet, CancellationToken cancellationToken)
    {
        if (packet.Message.QualityOfService == MqttQualityOfService.ExactlyOnce)
            throw new MqttProtocolException(MqttReasonCode.QoSNotSupported, "MQTT 5.0 §3.3.1.2", "A QoS 2 message, which this client never asks for");
        packet = _aliases.Resolve(packet);
        if (packet.Message.QualityOfService == MqttQualityOfService.AtLeastOnce
            && Interlocked.Increment(ref _unacknowledged) > _options.ReceiveMaximum && _options.Version == MqttProtocolVersion.V5)
        {
            throw new MqttProtocolException(MqttReasonCode.ReceiveMaximumExceeded, "MQTT-3.3.4-9", $"More than {_options.ReceiveMaximum} unacknowledged messages");
        }
        return _messages.TryAdd(_connection, packet) ? ValueTask.CompletedTask : WaitForRoomAsync(packet, cancellationToken);
    }

    private async ValueTask WaitForRoomAsync(PublishPacket packet, CancellationToken cancellationToken)
    {
        _paused = true;
        // What is waited for may be a caller that has not been told yet.
        _turns?.GiveAway();
        await _messages.AddAsync(_connection, packet, cancellationToken);
        if (_turns is not null)
            await new OwnThread();
        Volatile.Write(ref _lastReceived, _timeProvider.GetTimestamp());
        _paused = false;
    }
}
