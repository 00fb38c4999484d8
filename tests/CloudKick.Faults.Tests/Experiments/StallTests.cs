using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Callers that never finish what they say, and logs that nobody reads: those who have nothing to do with it do not wait.</summary>
[Patience]
internal sealed class StallTests
{
    private const int TtlSeconds = 20;
    private const int Dawdlers = 500;
    private const int Windows = 3;
    private const long MoreMemory = 100_000_000;

    // Longer than the kicks beside them take.
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(20);

    [Test]
    public async Task Callers_that_never_finish_their_request_hold_up_nobody_and_are_shown_out(CancellationToken cancellationToken)
    {
        await using var world = await World.StartAsync(
            new WorldOptions
            {
                Seed = Run.Seed, Nodes = 1, Terminals = 60,
                Settings = new Dictionary<string, string> { ["CloudKick:Http:HeadersTimeout"] = HeadersTimeout.ToString() },
            },
            cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, TtlSeconds);
        await AskEachAsync("warm");
        var before = world.Nodes[0].WorkingSet;

        // Two cores carry it all: what is true shows in one window of several.
        var windows = new List<(TimeSpan Usual, TimeSpan Beside)>();
        while (windows.Count < Windows && !windows.Exists(window => Timing.IsWithinTwice(window.Usual, window.Beside)))
        {
            var usual = await AskEachAsync($"usual-{windows.Count}");
            var slow = await Task.WhenAll(Enumerable.Range(0, Dawdlers).Select(_ => DawdleAsync(world.Nodes[0].HttpEndpoint, cancellationToken)));
            world.History.Fault($"{Dawdlers} callers begin a request and do not finish it");
            var beside = await AskEachAsync($"beside-{windows.Count}");
            Assert.That(slow.Where(IsShownOut), Is.Empty, "they were there all the time");
            await Task.WhenAll(slow.Select(socket => ShownOutAsync(socket, cancellationToken)));
            windows.Add((usual, beside));
            TestContext.Progress.WriteLine($"p99 as usual {usual.TotalMilliseconds:F0} ms, beside {Dawdlers} stalled callers {beside.TotalMilliseconds:F0} ms");
        }
        var more = world.Nodes[0].WorkingSet - before;
        TestContext.Progress.WriteLine($"memory: {more / 1_000_000} MB more than {before / 1_000_000}");

        Assert.That(windows.Exists(window => Timing.IsWithinTwice(window.Usual, window.Beside)), Is.True, string.Join("; ", windows));
        Assert.That(more, Is.LessThan(MoreMemory));
        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);

        // One after the other and once each: what is refused or late is not covered up by asking again.
        async Task<TimeSpan> AskEachAsync(string name)
        {
            var times = new List<TimeSpan>();
            foreach (var terminal in world.Terminals)
            {
                var started = Stopwatch.GetTimestamp();
                Assert.That((await till.AskAsync(terminal, $"{name}-{terminal}", cancellationToken))?.IsSuccess, Is.True);
                times.Add(Stopwatch.GetElapsedTime(started));
            }
            return Timing.P99(times);
        }
    }

    [TestCase("/dev/full", TestName = "Logs_whose_disk_is_full_hold_up_no_kick")]
    [TestCase("fifo", TestName = "Logs_that_nobody_reads_hold_up_no_kick")]
    public async Task Logs(string output, CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        var path = output == "fifo" ? directory.Combine("log") : output;
        await using var reader = output == "fifo" ? await MakeFifoAsync(path, cancellationToken) : null;
        await using var world = await World.StartAsync(
            new WorldOptions
            {
                Seed = Run.Seed, Nodes = 1, Terminals = 60, LogFile = path,
                Settings = new Dictionary<string, string>
                {
                    ["Logging:LogLevel:Default"] = "Trace", ["Logging:LogLevel:Microsoft.AspNetCore"] = "Trace", ["Logging:LogLevel:Npgsql"] = "Trace",
                },
            },
            cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, TtlSeconds);

        await Run.UnderLoadAsync(new KickLoad(till, world.Terminals), 400, () => Task.CompletedTask, cancellationToken);

        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);
    }

    private static async Task<FileStream> MakeFifoAsync(string path, CancellationToken cancellationToken)
    {
        using var make = Process.Start("mkfifo", [path]);
        await make.WaitForExitAsync(cancellationToken);
        // Open for both, so that neither side waits for the other; nobody reads.
        return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    private static async Task<Socket> DawdleAsync(IPEndPoint node, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(node, cancellationToken);
        await socket.SendAsync("POST /v1/kicks HTTP/1.1\r\nHost: relay\r\nAuthor"u8.ToArray(), cancellationToken);
        return socket;
    }

    // Readable is either an answer or the end.
    private static bool IsShownOut(Socket socket) => socket.Poll(TimeSpan.Zero, SelectMode.SelectRead);

    private static async Task ShownOutAsync(Socket socket, CancellationToken cancellationToken)
    {
        using (socket)
        {
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
        }
    }
}
