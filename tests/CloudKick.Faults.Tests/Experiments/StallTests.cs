using System.Diagnostics;
using System.Text;
using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;
using CloudKick.Testing;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Callers and terminals that never finish what they say, and logs that nobody reads: those who have nothing to do with it do not wait.</summary>
[Patience]
internal sealed class StallTests
{
    private const int TtlSeconds = 20;
    private const int Callers = 250;
    private const int Terminals = 100;
    private const int Windows = 3;
    private const long MoreMemory = 100_000_000;
    private const int MoreFiles = 100;

    // As they stand in HttpOptions and TasSettings; for bodies it is Kestrel's own: after 5 s, 240 bytes a second.
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BodyTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);

    // Kestrel looks once a second, and the machine is everybody's.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    [Test]
    public async Task Callers_and_terminals_that_never_finish_what_they_say_hold_up_nobody_and_are_shown_out(CancellationToken cancellationToken)
    {
        await using var world = await World.StartAsync(new WorldOptions { Seed = Run.Seed, Nodes = 1, Terminals = 60 }, cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        // The answer comes when the terminal's session is open: the TAS's share is in it.
        using var till = new Till(world.History, world.TokenOf, () => [world.Nodes[0].Http])
        {
            TtlSeconds = TtlSeconds,
            Wait = TimeSpan.FromSeconds(TtlSeconds),
            RequestTimeout = TimeSpan.FromSeconds(2 * TtlSeconds),
        };
        await AskEachAsync("warm");
        var (memory, files) = (world.Nodes[0].WorkingSet, world.Nodes[0].OpenFiles);

        // Two cores carry it all: what is true shows in one window of several.
        var windows = new List<(TimeSpan Usual, TimeSpan Beside)>();
        while (windows.Count < Windows && !windows.Exists(window => Timing.IsWithinTwice(window.Usual, window.Beside)))
        {
            var usual = await AskEachAsync($"usual-{windows.Count}");
            var stalling = Stalling(world, cancellationToken);
            await Task.WhenAll(stalling.Select(kind => kind.Who.HaveComeAsync()));
            world.History.Fault($"{stalling.Length} kinds of connections begin to say something and do not finish");
            var beside = await AskEachAsync($"beside-{windows.Count}");
            windows.Add((usual, beside));
            TestContext.Progress.WriteLine($"p99 as usual {usual.TotalMilliseconds:F0} ms, beside those that stall {beside.TotalMilliseconds:F0} ms");
            Assert.That(world.Nodes[0].OpenFiles - files, Is.LessThan((2 * Callers) + (2 * Terminals) + MoreFiles), "nobody who was shown out is kept");
            foreach (var (what, who, limit) in stalling)
            {
                var stayed = await who.LeaveAsync();
                TestContext.Progress.WriteLine($"{what}: {stayed.Count} stayed for {stayed.Min().TotalSeconds:F1} to {stayed.Max().TotalSeconds:F1} s");
                Assert.That(stayed, Is.All.LessThan(limit + Slack), what);
            }
        }
        var more = world.Nodes[0].WorkingSet - memory;
        TestContext.Progress.WriteLine($"memory: {more / 1_000_000} MB more than {memory / 1_000_000}");

        Assert.That(windows.Exists(window => Timing.IsWithinTwice(window.Usual, window.Beside)), Is.True, string.Join("; ", windows));
        Assert.That(more, Is.LessThan(MoreMemory));
        await Eventually.HoldsAsync(() => world.Nodes[0].OpenFiles < files + MoreFiles, cancellationToken);
        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);

        // One after the other and once each: what is refused or late is not covered up by asking again.
        async Task<TimeSpan> AskEachAsync(string name)
        {
            var times = new List<TimeSpan>();
            foreach (var terminal in world.Terminals)
            {
                var started = Stopwatch.GetTimestamp();
                Assert.That((await till.AskAsync(terminal, $"{name}-{terminal}", cancellationToken))?.Text, Is.EqualTo("connected"));
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

    private static (string What, Stallers Who, TimeSpan Limit)[] Stalling(World world, CancellationToken cancellationToken)
    {
        var (http, tas) = (world.Nodes[0].HttpEndpoint, world.Nodes[0].Tas);
        const string headers = "POST /v1/kicks HTTP/1.1\r\nHost: relay\r\nContent-Type: application/json\r\n";
        var body = $"{headers}Authorization: Bearer {world.TokenOf(world.Terminals[0])}\r\nContent-Length: 100\r\n\r\n{{\"terminalId\":";
        return
        [
            ("headers", new Stallers(http, Callers, Encoding.ASCII.GetBytes(headers), dribble: false, cancellationToken), HeadersTimeout),
            ("bodies", new Stallers(http, Callers, Encoding.ASCII.GetBytes(body), dribble: false, cancellationToken), BodyTimeout),
            ("terminals that say nothing", new Stallers(tas, Terminals, [], dribble: false, cancellationToken), HandshakeTimeout),
            // Of a document of 256 bytes, its length included, a byte at a time.
            ("terminals that dribble", new Stallers(tas, Terminals, [0, 0, 1], dribble: true, cancellationToken), HandshakeTimeout),
        ];
    }
}
