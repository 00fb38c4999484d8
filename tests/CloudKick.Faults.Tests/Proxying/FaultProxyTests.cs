using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CloudKick.Faults.Proxying;

namespace CloudKick.Faults.Tests.Proxying;

/// <summary>Each fault does what it says, and a sound link changes nothing.</summary>
[CancelAfter(60_000)]
internal sealed class FaultProxyTests
{
    private TcpListener _server = null!;
    private FaultProxy _proxy = null!;
    private Socket _client = null!;
    private Socket _backend = null!;

    [SetUp]
    public async Task Connect()
    {
        _server = new TcpListener(IPAddress.Loopback, 0);
        _server.Start();
        _proxy = new FaultProxy(1, null, (IPEndPoint)_server.LocalEndpoint);
        _client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await _client.ConnectAsync(_proxy.Endpoint);
        _backend = await _server.AcceptSocketAsync();
    }

    [TearDown]
    public async Task Disconnect()
    {
        _client.Dispose();
        _backend.Dispose();
        await _proxy.DisposeAsync();
        _server.Dispose();
    }

    [Test]
    public async Task Sound_link_carries_every_byte_both_ways(CancellationToken cancellationToken)
    {
        var sent = Bytes(200_000);

        var there = CarryAsync(_client, _backend, sent, cancellationToken);
        var back = CarryAsync(_backend, _client, sent, cancellationToken);

        Assert.That(await there, Is.EqualTo(sent));
        Assert.That(await back, Is.EqualTo(sent));
    }

    [Test]
    public void What_is_left_to_chance_is_the_same_in_every_process() => Assert.That(FaultProxy.SeedOf(4711, 3), Is.EqualTo(1_870_264));

    [Test]
    public async Task Slices_arrive_in_small_pieces_and_complete(CancellationToken cancellationToken)
    {
        _proxy.ToBackend.Faults = new LinkFaults { SliceBytes = 3, Jitter = TimeSpan.FromMilliseconds(5) };
        var sent = Bytes(2_000);

        Assert.That(await CarryAsync(_client, _backend, sent, cancellationToken), Is.EqualTo(sent));
    }

    [Test]
    public async Task Latency_delays_one_way_only(CancellationToken cancellationToken)
    {
        _proxy.ToBackend.Faults = new LinkFaults { Latency = TimeSpan.FromMilliseconds(400) };

        var watch = Stopwatch.StartNew();
        await CarryAsync(_client, _backend, [1], cancellationToken);
        var there = watch.Elapsed;

        Assert.That(there, Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(380)));
    }

    [Test]
    public async Task Bandwidth_is_bounded(CancellationToken cancellationToken)
    {
        _proxy.ToBackend.Faults = new LinkFaults { BytesPerSecond = 1_000 };

        var watch = Stopwatch.StartNew();
        await CarryAsync(_client, _backend, Bytes(700), cancellationToken);

        Assert.That(watch.Elapsed, Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(450)));
    }

    [Test]
    public async Task What_hangs_waits_and_goes_on(CancellationToken cancellationToken)
    {
        _proxy.ToBackend.Faults = new LinkFaults { Hangs = true };
        await _client.SendAsync(new byte[] { 7 }, cancellationToken);
        var receiving = _backend.ReceiveAsync(new byte[1], cancellationToken).AsTask();
        await CarryAsync(_backend, _client, [8], cancellationToken);
        Assert.That((receiving.IsCompleted, _proxy.ToBackend.Came), Is.EqualTo((false, 1L)), "it has come, and waits");

        _proxy.Heal();

        Assert.That(await receiving, Is.EqualTo(1));
    }

    [Test]
    public async Task What_is_half_open_carries_nothing_until_it_is_reset_and_new_connections_are_sound(CancellationToken cancellationToken)
    {
        await CarryAsync(_client, _backend, [7], cancellationToken);
        _proxy.HangOpen();
        _proxy.Heal();
        await _client.SendAsync(new byte[] { 7 }, cancellationToken);
        _client.Shutdown(SocketShutdown.Send);
        var receiving = _backend.ReceiveAsync(new byte[1], cancellationToken).AsTask();

        using var other = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await other.ConnectAsync(_proxy.Endpoint, cancellationToken);
        using var its = await _server.AcceptSocketAsync(cancellationToken);
        await CarryAsync(other, its, [8], cancellationToken);
        Assert.That((receiving.IsCompleted, _proxy.OpenConnections), Is.EqualTo((false, 2)));

        _proxy.ResetAll();
        Assert.That(async () => await receiving, Throws.TypeOf<SocketException>());
    }

    [Test]
    public async Task Reset_after_some_bytes_tears_the_rest_off(CancellationToken cancellationToken)
    {
        _proxy.ToBackend.Faults = new LinkFaults { ResetsAfterBytes = 10 };
        await _client.SendAsync(Bytes(100), cancellationToken);

        var received = 0;
        Assert.That(
            async () =>
            {
                for (int read; (read = await _backend.ReceiveAsync(new byte[100], cancellationToken)) > 0;)
                    received += read;
            },
            Throws.InstanceOf<SocketException>());
        Assert.That(received, Is.LessThanOrEqualTo(10));
    }

    [Test]
    public async Task Tear_after_some_bytes_of_all_connections_comes_once(CancellationToken cancellationToken)
    {
        using var other = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await other.ConnectAsync(_proxy.Endpoint, cancellationToken);
        using var its = await _server.AcceptSocketAsync(cancellationToken);
        _proxy.ToBackend.Faults = new LinkFaults { TearsOnceAfterBytes = 10 };

        await CarryAsync(_client, _backend, Bytes(9), cancellationToken);
        Assert.That(_proxy.ToBackend.IsToTear, Is.True);
        await other.SendAsync(Bytes(3), cancellationToken);

        Assert.That(
            async () =>
            {
                await its.ReceiveAsync(new byte[1], cancellationToken);
                await its.ReceiveAsync(new byte[1], cancellationToken);
            },
            Throws.InstanceOf<SocketException>());
        Assert.That(_proxy.ToBackend.IsToTear, Is.False);
        Assert.That(await CarryAsync(_client, _backend, Bytes(20), cancellationToken), Is.EqualTo(Bytes(20)), "the other one stays");
    }

    [Test]
    public async Task Refusing_link_takes_no_new_connection(CancellationToken cancellationToken)
    {
        _proxy.Refuses = true;
        using var refused = new Socket(SocketType.Stream, ProtocolType.Tcp);

        Assert.That(
            async () =>
            {
                await refused.ConnectAsync(_proxy.Endpoint, cancellationToken);
                await refused.ReceiveAsync(new byte[1], cancellationToken);
            },
            Throws.InstanceOf<SocketException>());
        Assert.That(await CarryAsync(_client, _backend, [1], cancellationToken), Is.EqualTo(new byte[] { 1 }), "those that are there stay");
    }

    [Test]
    public async Task End_of_one_side_reaches_the_other(CancellationToken cancellationToken)
    {
        _client.Shutdown(SocketShutdown.Send);

        Assert.That(await _backend.ReceiveAsync(new byte[1], cancellationToken), Is.Zero);
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static async Task<byte[]> CarryAsync(Socket from, Socket to, byte[] bytes, CancellationToken cancellationToken)
    {
        var sending = from.SendAsync(bytes, cancellationToken).AsTask();
        var received = new byte[bytes.Length];
        await using var stream = new NetworkStream(to, ownsSocket: false);
        await stream.ReadExactlyAsync(received, cancellationToken);
        await sending;
        return received;
    }
}
