using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace CloudKick.Relay.Tests.Database;

/// <summary>
/// Stands between a client and PostgreSQL and counts round trips: times that the client sent something after it had been sent
/// something.
/// </summary>
internal sealed class RoundTripCounter : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _server;
    private readonly Task _accepting;
    private int _roundTrips;

    private RoundTripCounter(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        _server = new IPEndPoint(IPAddress.Parse(settings.Host!), settings.Port);
        _listener.Start();
        settings.Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        ConnectionString = settings.ConnectionString;
        _accepting = AcceptAsync();
    }

    public string ConnectionString { get; }

    public int RoundTrips => Volatile.Read(ref _roundTrips);

    public static RoundTripCounter Start(string connectionString) => new(connectionString);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        await far.ConnectAsync(_server, _stopping.Token);
        var answered = 1;
        await Task.WhenAll(
            PumpAsync(near, far, () => Interlocked.Add(ref _roundTrips, Interlocked.Exchange(ref answered, 0))),
            PumpAsync(far, near, () => Interlocked.Exchange(ref answered, 1)));
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Action passing)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _stopping.Token) is > 0 and var length)
            {
                passing();
                await to.GetStream().WriteAsync(buffer.AsMemory(0, length), _stopping.Token);
            }

            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or SocketException)
        {
            // The test is over, or one side hung up: either way there is nothing left to relay.
        }
    }
}
