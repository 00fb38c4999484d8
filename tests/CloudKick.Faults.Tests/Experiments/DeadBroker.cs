using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using CloudKick.Faults.Proxying;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Stands where a broker was that spoke plain MQTT: takes connections, notes who it is that says CONNECT, and resets them.</summary>
internal sealed class DeadBroker : IAsyncDisposable
{
    private const int MaximumConnect = 4_096;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentQueue<(string ClientId, DateTimeOffset At)> _attempts = [];
    private readonly Task _accepting;

    public DeadBroker()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Who asked, and when.</summary>
    public IReadOnlyList<(string ClientId, DateTimeOffset At)> Attempts => [.. _attempts];

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        var reading = new List<Task>();
        try
        {
            while (true)
                reading.Add(ReadAsync(await _listener.AcceptSocketAsync(_ending.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Over.
        }
        await Task.WhenAll(reading);
    }

    private async Task ReadAsync(Socket socket)
    {
        var (buffer, length) = (new byte[MaximumConnect], 0);
        try
        {
            int read;
            while (length < buffer.Length && (read = await socket.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, _ending.Token)) > 0)
            {
                var said = new ReadOnlySequence<byte>(buffer, 0, length += read);
                if (!MqttFrame.TryRead(ref said, MaximumConnect, out var frame))
                    continue;
                _attempts.Enqueue((ConnectPacket.Decode(frame).ClientIdentifier, TimeProvider.System.GetUtcNow()));
                break;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // It left before it had said who it is.
        }
        ProxiedConnection.Abort(socket);
    }
}
