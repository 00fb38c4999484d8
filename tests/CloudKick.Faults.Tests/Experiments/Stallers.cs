using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>
/// So many connections at all times that begin to say something and never finish it: whoever is shown out comes again, until
/// <see cref="LeaveAsync"/>.
/// </summary>
internal sealed class Stallers
{
    // Whoever limits connections by address does not count the tills' and terminals' among them.
    private static readonly IPAddress From = new([127, 0, 0, 9]);
    private static readonly TimeSpan DribbleInterval = TimeSpan.FromMilliseconds(500);
    private static readonly byte[] Dribble = [0];

    private readonly IPEndPoint _to;
    private readonly byte[] _beginning;
    private readonly bool _dribble;
    private readonly ConcurrentQueue<TimeSpan> _stayed = [];
    private readonly TaskCompletionSource _allHaveCome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _all;
    private volatile bool _leaving;
    private int _awaited;

    /// <param name="to">Where they connect.</param>
    /// <param name="count">How many.</param>
    /// <param name="beginning">What each says.</param>
    /// <param name="dribble">Whether each goes on with a zero twice a second; else nothing more comes.</param>
    /// <param name="cancellationToken">Ends it all.</param>
    public Stallers(IPEndPoint to, int count, byte[] beginning, bool dribble, CancellationToken cancellationToken)
    {
        (_to, _beginning, _dribble, _awaited) = (to, beginning, dribble, count);
        _all = Task.WhenAll(Enumerable.Range(0, count).Select(_ => ComeAgainAsync(cancellationToken)));
    }

    /// <summary>Completes when each of them stands there.</summary>
    public async Task HaveComeAsync() => await await Task.WhenAny(_allHaveCome.Task, _all);

    /// <summary>Nobody comes again; returns when the last was shown out.</summary>
    /// <returns>How long each stay was.</returns>
    public async Task<IReadOnlyCollection<TimeSpan>> LeaveAsync()
    {
        _leaving = true;
        await _all;
        return _stayed;
    }

    private async Task ComeAgainAsync(CancellationToken cancellationToken)
    {
        var isFirst = true;
        while (!_leaving)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(From, 0));
            await socket.ConnectAsync(_to, cancellationToken);
            var came = Stopwatch.GetTimestamp();
            await socket.SendAsync(_beginning, cancellationToken);
            if (isFirst && Interlocked.Decrement(ref _awaited) == 0)
                _allHaveCome.SetResult();
            isFirst = false;
            await StayAsync(socket, cancellationToken);
            _stayed.Enqueue(Stopwatch.GetElapsedTime(came));
        }
    }

    private async Task StayAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var shownOut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var dribbling = _dribble ? DribbleAsync(socket, shownOut.Token) : Task.CompletedTask;
        var buffer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, cancellationToken) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: also the end.
        }
        await shownOut.CancelAsync();
        await dribbling;
    }

    private static async Task DribbleAsync(Socket socket, CancellationToken shownOut)
    {
        using var beat = new PeriodicTimer(DribbleInterval);
        try
        {
            while (await beat.WaitForNextTickAsync(shownOut))
                await socket.SendAsync(Dribble, shownOut);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // Shown out.
        }
    }
}
