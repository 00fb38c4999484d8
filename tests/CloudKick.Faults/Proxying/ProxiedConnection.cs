using System.Net.Sockets;
using System.Threading.Channels;

namespace CloudKick.Faults.Proxying;

/// <summary>One connection through a <see cref="FaultProxy"/>: each way a reader that stamps what it read, and a writer that lets it go when its time has come.</summary>
internal sealed class ProxiedConnection(Socket client, Socket backend, LinkControl toBackend, LinkControl toClient, int seed)
{
    private const int BufferSize = 16 * 1024;

    // Bounds what is under way in a slow link; the sender then waits, as for a full socket buffer.
    private const int MaximumUnderWay = 256;

    private readonly CancellationTokenSource _ending = new();

    // Its own, over and above the link's.
    private readonly LinkControl _self = new();

    /// <summary>Lives until both ways have ended, or one was broken.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(_ => Reset(), null);
        await Task.WhenAll(PumpAsync(client, backend, toBackend, new Random(seed)), PumpAsync(backend, client, toClient, new Random(~seed)));
        client.Dispose();
        backend.Dispose();
        _ending.Dispose();
    }

    /// <summary>From now on nothing gets through, whatever the link does.</summary>
    public void Hang() => _self.Faults = new LinkFaults { Hangs = true };

    /// <summary>RST to both sides.</summary>
    public void Reset()
    {
        Abort(client);
        Abort(backend);
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    /// <summary>Closes with RST instead of FIN.</summary>
    public static void Abort(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }
        socket.Dispose();
    }

    private async Task PumpAsync(Socket from, Socket to, LinkControl link, Random random)
    {
        var underWay = Channel.CreateBounded<(byte[] Bytes, long Due)>(
            new BoundedChannelOptions(MaximumUnderWay) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });
        await Task.WhenAll(ReadAsync(from, link, random, underWay.Writer), WriteAsync(to, link, random, underWay.Reader));
    }

    private async Task ReadAsync(Socket from, LinkControl link, Random random, ChannelWriter<(byte[] Bytes, long Due)> underWay)
    {
        var buffer = new byte[BufferSize];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer, SocketFlags.None, _ending.Token)) > 0)
            {
                link.Count(read);
                var faults = link.Faults;
                var delay = faults.Latency + (faults.Jitter * random.NextDouble());
                await underWay.WriteAsync((buffer[..read], Environment.TickCount64 + (long)delay.TotalMilliseconds), _ending.Token);
            }
            underWay.Complete();
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            underWay.TryComplete(exception);
        }
    }

    private async Task WriteAsync(Socket to, LinkControl link, Random random, ChannelReader<(byte[] Bytes, long Due)> underWay)
    {
        var sent = 0L;
        try
        {
            await foreach (var (bytes, due) in underWay.ReadAllAsync(_ending.Token))
            {
                var wait = due - Environment.TickCount64;
                if (wait > 0)
                    await Task.Delay(TimeSpan.FromMilliseconds(wait), _ending.Token);
                for (var rest = bytes.AsMemory(); rest.Length > 0;)
                {
                    var faults = await PassAsync(link);
                    var (piece, tears) = link.Take(Piece(faults, rest.Length, sent, random));
                    if (piece > 0)
                        await to.SendAsync(rest[..piece], SocketFlags.None, _ending.Token);
                    sent += piece;
                    rest = rest[piece..];
                    if (tears || sent >= faults.ResetsAfterBytes)
                    {
                        Reset();
                        return;
                    }
                    if (faults.BytesPerSecond > 0)
                        await Task.Delay(TimeSpan.FromSeconds((double)piece / faults.BytesPerSecond), _ending.Token);
                }
            }
            await PassAsync(link);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // One way is broken, so the connection is.
            Reset();
        }
    }

    private async ValueTask<LinkFaults> PassAsync(LinkControl link)
    {
        var faults = await link.PassAsync(_ending.Token);
        await _self.PassAsync(_ending.Token);
        return faults;
    }

    private static int Piece(LinkFaults faults, int length, long sent, Random random)
    {
        var piece = length;
        if (faults.SliceBytes > 0)
            piece = Math.Min(piece, random.Next(1, faults.SliceBytes + 1));
        if (faults.BytesPerSecond > 0)
            piece = Math.Min(piece, Math.Max(1, faults.BytesPerSecond / 10));
        if (faults.ResetsAfterBytes is { } limit)
            piece = (int)Math.Clamp(limit - sent, 0, piece);
        return piece;
    }

    private static bool IsEnd(Exception exception) =>
        exception is SocketException or ObjectDisposedException or OperationCanceledException or ChannelClosedException;
}
