using System.Net;
using System.Net.Sockets;

namespace CloudKick.EndToEnd.Tests;

/// <summary>What stands before the nodes' TAS ports in production: hands each connection to the next node that takes it.</summary>
internal sealed class TcpBalancer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private volatile IReadOnlyList<IPEndPoint> _backends = [];
    private int _next;

    public TcpBalancer()
    {
        _listener.Start(backlog: 1024);
        _accepting = AcceptAsync();
    }

    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndpoint;

    public IReadOnlyList<IPEndPoint> Backends
    {
        get => _backends;
        set => _backends = value;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ForwardAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using (client)
        {
            using var backend = await ConnectAsync();
            if (backend is null)
                return;
            var there = client.GetStream().CopyToAsync(backend.GetStream(), _stopping.Token);
            var back = backend.GetStream().CopyToAsync(client.GetStream(), _stopping.Token);
            // Whichever side closes first, the other is closed by leaving here.
            await Task.WhenAny(there, back);
            client.Close();
            backend.Close();
            await Task.WhenAll(there, back).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<TcpClient?> ConnectAsync()
    {
        var backends = _backends;
        for (var i = 0; i < backends.Count; i++)
        {
            var candidate = new TcpClient();
            try
            {
                await candidate.ConnectAsync(backends[(int)((uint)Interlocked.Increment(ref _next) % backends.Count)], _stopping.Token);
                return candidate;
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                candidate.Dispose();
            }
        }
        return null;
    }
}
