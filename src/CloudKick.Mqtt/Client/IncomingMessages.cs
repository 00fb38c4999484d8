using System.Threading.Channels;
using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt.Client;

/// <summary>
/// Received messages on their way to the application: one loop for all connections of a client, so that the application gets one message at
/// a time and never holds up the reading of acknowledgements. Bounded: when full, QoS 0 is dropped and QoS 1 makes the reader wait (which
/// only MQTT 3.1.1 can cause, since 5.0 bounds QoS 1 by Receive Maximum).
/// </summary>
internal sealed class IncomingMessages
{
    private readonly Func<MqttMessage, CancellationToken, ValueTask>? _received;
    private readonly Channel<(MqttConnection Connection, PublishPacket Packet)> _channel;
    private long _dropped;

    public IncomingMessages(MqttClientOptions options)
    {
        _received = options.MessageReceived;
        _channel = Channel.CreateBounded<(MqttConnection, PublishPacket)>(
            new BoundedChannelOptions(options.ReceiveMaximum) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    }

    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>False when there is no room and the reader has to use <see cref="AddAsync"/>.</summary>
    public bool TryAdd(MqttConnection connection, PublishPacket packet)
    {
        if (_channel.Writer.TryWrite((connection, packet)))
            return true;
        if (packet.Message.QualityOfService != MqttQualityOfService.AtMostOnce)
            return false;
        Interlocked.Increment(ref _dropped);
        return true;
    }

    public ValueTask AddAsync(MqttConnection connection, PublishPacket packet, CancellationToken cancellationToken) =>
        _channel.Writer.WriteAsync((connection, packet), cancellationToken);

    /// <summary>Hands messages over until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var (connection, packet) in _channel.Reader.ReadAllAsync(cancellationToken))
                await HandOverAsync(connection, packet, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The client ends; what is left stays unacknowledged.
        }
    }

    private async ValueTask HandOverAsync(MqttConnection connection, PublishPacket packet, CancellationToken cancellationToken)
    {
        try
        {
            if (_received is not null)
                await _received(packet.Message, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The application's code: whatever it throws becomes the cause of the connection's end.
            connection.Close(ConnectionEnd.Failed("The application failed to take a message", exception));
            return;
        }
        if (packet.Message.QualityOfService == MqttQualityOfService.AtLeastOnce)
            connection.AcknowledgeIncoming(packet.PacketIdentifier);
    }
}
