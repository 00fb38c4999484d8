using System.IO.Pipelines;
using System.Net.Sockets;
using CloudKick.Mqtt.Packets;
using CloudKick.Testing;

namespace CloudKick.Mqtt.Tests.Client;

/// <summary>The server's end of one connection, in the hands of a test.</summary>
internal sealed class ScriptedPeer(Socket socket, Stream stream, MqttProtocolVersion version) : IAsyncDisposable
{
    private readonly PipeReader _input = PipeReader.Create(stream);

    /// <summary>How the client introduced itself, where the server has read it.</summary>
    public ConnectPacket Connect { get; set; } = null!;

    public async Task<T> ReceiveAsync<T>(CancellationToken cancellationToken)
    {
        var packet = await ReceiveAsync(cancellationToken);
        Assert.That(packet, Is.InstanceOf<T>());
        return (T)packet!;
    }

    /// <summary>The next packet; null when the client has closed.</summary>
    public async Task<object?> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result;
            try
            {
                result = await _input.ReadAsync(cancellationToken);
            }
            catch (IOException)
            {
                return null;
            }
            var buffer = result.Buffer;
            if (MqttFrame.TryRead(ref buffer, MqttFrame.LargestPacket, out var frame))
            {
                var packet = PacketBytes.Decode(frame, version);
                _input.AdvanceTo(buffer.Start);
                return packet;
            }
            _input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                Assert.That(buffer.IsEmpty, Is.True, "The client closed inside a packet");
                return null;
            }
        }
    }

    public Task SendAsync(object packet, CancellationToken cancellationToken) => SendBytesAsync(PacketBytes.Encode(packet, version), cancellationToken);

    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(bytes, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>Acknowledges the next SUBSCRIBE with what it asks for.</summary>
    public async Task<SubscribePacket> GrantAsync(CancellationToken cancellationToken)
    {
        var subscribe = await ReceiveAsync<SubscribePacket>(cancellationToken);
        MqttReasonCode[] granted = [.. subscribe.Subscriptions.Select(subscription => (MqttReasonCode)subscription.MaximumQualityOfService)];
        await SendAsync(new SubAckPacket { PacketIdentifier = subscribe.PacketIdentifier, ReasonCodes = granted }, cancellationToken);
        return subscribe;
    }

    /// <summary>Closes in good order, without a word of MQTT.</summary>
    public async Task CloseAsync() => await stream.DisposeAsync();

    /// <summary>Ends its own direction; what the client still sends can be received.</summary>
    public void StopSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Breaks the connection: the client gets a reset.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        await stream.DisposeAsync();
    }
}
