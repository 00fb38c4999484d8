using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace CloudKick.Faults.Proxying;

/// <summary>
/// A TCP link that can be made bad while it is in use: it stands between any two parts, hands each connection to the next backend that
/// takes it, and does to the bytes what <see cref="ToBackend"/> and <see cref="ToClient"/> say at the moment. Thread-safe.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<ProxiedConnection, Task> _connections = [];
    private readonly Task _accepting;
    private readonly int _seed;
    private volatile IReadOnlyList<IPEndPoint> _backends;
    private volatile bool _refuses;
    private int _next;

    /// <summary>Listens on a free port of 127.0.0.1, or on the address given.</summary>
    /// <param name="seed">What is random in its faults is decided by this and the order of connections.</param>
    /// <param name="address">Where to listen; null: any free port on loopback.</param>
    /// <param name="backends">Where connections go.</param>
    public FaultProxy(int seed = 0, IPEndPoint? address = null, params IReadOnlyList<IPEndPoint> backends)
    {
        _seed = seed;
        _backends = backends;
        _listener = new TcpListener(address ?? new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Start(backlog: 1024);
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Its port.</summary>
    public int Port => Endpoint.Port;

    /// <summary>Where the next connections go, in turn.</summary>
    public IReadOnlyList<IPEndPoint> Backends
    {
        get => _backends;
        set => _backends = value;
    }

    /// <summary>What happens to bytes from the client to the backend.</summary>
    public LinkControl ToBackend { get; } = new();

    /// <summary>What happens to bytes from the backend to the client.</summary>
    public LinkControl ToClient { get; } = new();

    /// <summary>New connections are reset at once.</summary>
    public bool Refuses
    {
        get => _refuses;
        set => _refuses = value;
    }

    /// <summary>Connections that are open now.</summary>
    public int OpenConnections => _connections.Count;

    /// <summary>Told of each connection that comes, the refused ones included; must be quick and must not throw. Default null.</summary>
    public Action? ConnectionAccepted { get; set; }

    /// <summary>The same fault both ways.</summary>
    public void Inject(LinkFaults faults)
    {
        ToBackend.Faults = faults;
        ToClient.Faults = faults;
    }

    /// <summary>Both ways are sound again, and what hung goes on.</summary>
    public void Heal()
    {
        _refuses = false;
        Inject(LinkFaults.None);
    }

    /// <summary>
    /// Makes every connection there is half open, for good: both ends stand, and nothing gets through, until it is reset. New ones are sound.
    /// </summary>
    public void HangOpen()
    {
        foreach (var connection in _connections.Keys)
            connection.Hang();
    }

    /// <summary>Resets every connection there is (RST), in the middle of whatever it was saying.</summary>
    public void ResetAll()
    {
        foreach (var connection in _connections.Keys)
            connection.Reset();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        ResetAll();
        await Task.WhenAll(_connections.Values);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var number = 0;
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                number++;
                ConnectionAccepted?.Invoke();
                if (_refuses)
                    ProxiedConnection.Abort(client);
                else
                    _ = ServeAsync(client, number);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    // The same in every process, as HashCode's are not.
    internal static int SeedOf(int seed, int connection) => unchecked(seed * 397) ^ connection;

    private async Task ServeAsync(Socket client, int number)
    {
        if (await ConnectAsync() is not { } backend)
        {
            ProxiedConnection.Abort(client);
            return;
        }
        // Before anybody can reset it, which disposes of both: who waits for its end would wait for ever for one that failed to begin.
        client.NoDelay = backend.NoDelay = true;
        var connection = new ProxiedConnection(client, backend, ToBackend, ToClient, SeedOf(_seed, number));
        var ended = new TaskCompletionSource();
        _connections[connection] = ended.Task;
        await connection.RunAsync(_stopping.Token);
        _connections.TryRemove(connection, out _);
        ended.SetResult();
    }

    private async Task<Socket?> ConnectAsync()
    {
        var backends = _backends;
        for (var i = 0; i < backends.Count; i++)
        {
            var backend = backends[(int)((uint)Interlocked.Increment(ref _next) % backends.Count)];
            var socket = new Socket(backend.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(backend, _stopping.Token);
                return socket;
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                socket.Dispose();
            }
        }
        return null;
    }
}
