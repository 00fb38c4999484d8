using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Callers that never finish what they say, and logs that nobody reads: those who have nothing to do with it do not wait.</summary>
[CancelAfter(Size.Patience)]
internal sealed class StallTests
{
    private const int TtlSeconds = 20;

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
    public async Task Logs(string output, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("cloudkick-logs-").FullName;
        var path = output;
        FileStream? reader = null;
        if (output == "fifo")
        {
            path = Path.Combine(directory, "log");
            using var make = Process.Start("mkfifo", [path]);
            await make.WaitForExitAsync(cancellationToken);
            // Open for both, so that neither side waits for the other; nobody reads.
            reader = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
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
        if (reader is not null)
            await reader.DisposeAsync();
        Directory.Delete(directory, recursive: true);
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
