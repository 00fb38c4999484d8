using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;
using CloudKick.Testing;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>More than a node can take, callers that never finish what they say, and logs that nobody reads.</summary>
[CancelAfter(240_000)]
[NonParallelizable]
internal sealed class OverloadTests
{
    private const int TtlSeconds = 20;
    private const int Capacity = 90;

    [Test]
    public async Task Three_times_what_the_cloud_takes_is_refused_quickly_and_the_rest_is_not_slower(CancellationToken cancellationToken)
    {
        await using var world = await World.StartAsync(
            new WorldOptions
            {
                Seed = Run.Seed, Nodes = 1, Terminals = 4_000,
                Settings = new Dictionary<string, string>
                {
                    ["CloudKick:Mqtt:Connections"] = "1",
                    ["CloudKick:Mqtt:MessagesPerSecond"] = $"{Capacity}",
                    ["CloudKick:Publishing:MaximumWait"] = "00:00:00.500",
                },
            },
            cancellationToken);
        using var till = Run.Till(world, TtlSeconds, requestTimeout: TimeSpan.FromSeconds(30));
        await OfferAsync(world, till, perSecond: 20, seconds: 2, "warm", cancellationToken);
        var before = world.Nodes[0].WorkingSet;

        var normal = await OfferAsync(world, till, Capacity / 2, seconds: 5, "normal", cancellationToken);
        var over = await OfferAsync(world, till, 3 * Capacity, seconds: 8, "over", cancellationToken);
        var after = world.Nodes[0].WorkingSet;

        var refused = over.Where(one => one.Answer?.Status is 429 or 503).Select(one => one.Took).Order().ToArray();
        var accepted = over.Where(one => one.Answer?.IsSuccess ?? false).Select(one => one.Took).Order().ToArray();
        TestContext.Progress.WriteLine(
            $"normal: {normal.Count} accepted, p99 {P99(normal.Select(one => one.Took)).TotalMilliseconds:F0} ms; at three times the capacity: {accepted.Length} accepted, p99 {P99(accepted).TotalMilliseconds:F0} ms; "
            + $"{refused.Length} refused, median {refused[refused.Length / 2].TotalMilliseconds:F0} ms, p99 {P99(refused).TotalMilliseconds:F0} ms; memory {before / 1_000_000} to {after / 1_000_000} MB");
        Assert.That(over.Select(one => one.Answer?.Status), Is.All.EqualTo(201).Or.EqualTo(202).Or.EqualTo(429).Or.EqualTo(503));
        Assert.That(refused, Is.Not.Empty);
        Assert.That(accepted, Is.Not.Empty);
        Assert.That(refused[refused.Length / 2], Is.LessThan(TimeSpan.FromMilliseconds(100)));
        Assert.That(after - before, Is.LessThan(150_000_000));
        await Run.JudgeAsync(world, TtlSeconds, cancellationToken, world.Rules with { PublishesPerSecond = 100 });
    }

    [Test]
    public async Task Callers_that_never_finish_their_request_hold_up_nobody_and_are_shown_out(CancellationToken cancellationToken)
    {
        await using var world = await World.StartAsync(
            new WorldOptions
            {
                Seed = Run.Seed, Nodes = 1, Terminals = 60,
                Settings = new Dictionary<string, string> { ["CloudKick:Http:HeadersTimeout"] = "00:00:05" },
            },
            cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, TtlSeconds);
        var slow = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => DawdleAsync(world.Nodes[0].HttpEndpoint, cancellationToken)));
        world.History.Fault("500 callers begin a request and do not finish it");

        var answers = await Task.WhenAll(world.Terminals.Select(terminal => till.KickAsync(terminal, "beside-" + terminal, cancellationToken)));
        await Task.WhenAll(slow.Select(socket => ShownOutAsync(socket, cancellationToken)));

        Assert.That(answers.Select(answer => answer?.IsSuccess), Is.All.True);
        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);
    }

    [TestCase("/dev/full", TestName = "Logs_whose_disk_is_full_hold_up_no_kick")]
    [TestCase("fifo", TestName = "Logs_that_nobody_reads_hold_up_no_kick")]
    public async Task Logs(string output)
    {
        var directory = Directory.CreateTempSubdirectory("cloudkick-logs-").FullName;
        var path = output;
        FileStream? reader = null;
        if (output == "fifo")
        {
            path = Path.Combine(directory, "log");
            using var make = Process.Start("mkfifo", [path]);
            await make.WaitForExitAsync();
            // Open for both, so that neither side waits for the other; nobody reads.
            reader = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
        await using var world = await World.StartAsync(new WorldOptions
        {
            Seed = Run.Seed, Nodes = 1, Terminals = 60, LogFile = path,
            Settings = new Dictionary<string, string> { ["Logging:LogLevel:Default"] = "Trace", ["Logging:LogLevel:Microsoft.AspNetCore"] = "Trace", ["Logging:LogLevel:Npgsql"] = "Trace" },
        });
        await world.PlayBriefSessionsAsync(CancellationToken.None);
        using var till = Run.Till(world, TtlSeconds);

        await Run.UnderLoadAsync(new KickLoad(till, world.Terminals), 400, () => Task.CompletedTask, CancellationToken.None);

        await Run.JudgeAsync(world, TtlSeconds, CancellationToken.None);
        if (reader is not null)
            await reader.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    private static async Task<List<(Happening.Answered? Answer, TimeSpan Took)>> OfferAsync(
        World world, Till till, int perSecond, int seconds, string name, CancellationToken cancellationToken)
    {
        var asked = new List<Task<(Happening.Answered?, TimeSpan)>>();
        var watch = Stopwatch.StartNew();
        for (var number = 0; number < perSecond * seconds; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / perSecond) - watch.Elapsed;
            if (due > TimeSpan.Zero)
                await Task.Delay(due, cancellationToken);
            asked.Add(AskAsync(world.Terminals[world.Random.Next(world.Terminals.Count)], $"{name}-{number}"));
        }
        return [.. await Task.WhenAll(asked)];

        async Task<(Happening.Answered?, TimeSpan)> AskAsync(string terminal, string key)
        {
            var started = Stopwatch.GetTimestamp();
            return (await till.AskAsync(terminal, key, cancellationToken), Stopwatch.GetElapsedTime(started));
        }
    }

    private static TimeSpan P99(IEnumerable<TimeSpan> times)
    {
        var ordered = times.Order().ToArray();
        return ordered[ordered.Length * 99 / 100];
    }

    private static async Task<Socket> DawdleAsync(IPEndPoint node, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(node, cancellationToken);
        await socket.SendAsync("POST /v1/kicks HTTP/1.1\r\nHost: relay\r\nAuthor"u8.ToArray(), cancellationToken);
        return socket;
    }

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
