using System.CommandLine;
using System.Text.Json;
using CloudKick.Benchmarks.Stage;

namespace CloudKick.Benchmarks.Kicks;

/// <summary><c>kicks</c>: the relay and the peer under the same load.</summary>
internal static class KicksCommand
{
    private static readonly (string What, string Package)[] Needed =
        [("wrk", "wrk"), ("mosquitto", "mosquitto"), ("node", "nodejs"), ("npm", "npm")];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static Command Create()
    {
        var connections = new Option<int[]>("--connections")
        {
            Description = "HTTP connections, each with one request under way", DefaultValueFactory = _ => [1, 16, 64, 256], AllowMultipleArgumentsPerToken = true,
        };
        var rounds = new Option<int>("--rounds") { Description = "How often each is measured; the table shows medians", DefaultValueFactory = _ => 3 };
        var seconds = new Option<int>("--seconds") { Description = "How long each run takes", DefaultValueFactory = _ => 10 };
        var terminals = new Option<int>("--terminals") { Description = "Whitelisted terminals, kicked in turn", DefaultValueFactory = _ => 1_000_000 };
        var fsync = new Option<string>("--fsync")
        {
            Description = "Whether PostgreSQL waits for the disk: on, or off (fsync, full_page_writes and synchronous_commit)", DefaultValueFactory = _ => "off",
        };
        fsync.AcceptOnlyFromAmong("on", "off");
        var only = new Option<string?>("--only") { Description = "Measure just one: relay or peer" };
        only.AcceptOnlyFromAmong("relay", "peer");
        var json = new Option<bool>("--json") { Description = "One JSON object per run on standard output instead of the table" };

        var command = new Command("kicks", "Kicks per second, latency and CPU of the relay, beside a Node relay that stores nothing.")
        {
            connections, rounds, seconds, terminals, fsync, only, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new KickBenchmarkOptions
            {
                Connections = parsed.GetValue(connections)!,
                Rounds = parsed.GetValue(rounds),
                Duration = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                Terminals = parsed.GetValue(terminals),
                Fsync = parsed.GetValue(fsync) == "on",
            },
            parsed.GetValue(only),
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task RunAsync(KickBenchmarkOptions options, string? only, bool json, CancellationToken cancellationToken)
    {
        await Needs.EnsureAsync(Needed, cancellationToken);
        Progress($"filling a database with {options.Terminals} terminals");
        await using var database = await BenchmarkDatabase.StartAsync(options.Fsync, options.Terminals, cancellationToken);
        await using var broker = await UnlimitedBroker.StartAsync(cancellationToken);
        await using var receiver = new KickReceiver(broker);
        await receiver.StartAsync(cancellationToken);
        await using var relay = only == "peer" ? null : await RelayContestant.StartAsync(database, broker, cancellationToken);
        await using var peer = only == "relay" ? null : await PeerContestant.StartAsync(database, broker, cancellationToken);

        var benchmark = new KickBenchmark(options, database, broker, receiver);
        var measurements = await benchmark.RunAsync([.. new IContestant?[] { relay, peer }.OfType<IContestant>()], Progress, cancellationToken);
        if (json)
        {
            foreach (var measured in measurements)
                Console.WriteLine(JsonSerializer.Serialize(measured, Json));
            return;
        }

        Console.WriteLine($"{Environment.ProcessorCount} cores; .NET {Environment.Version}; {database.Description}; {options.Rounds} rounds of {options.Duration.TotalSeconds:0} s");
        Console.WriteLine(KickTable.Format(measurements));
        Console.WriteLine(KickTargets.Format(measurements));
    }

    private static void Progress(string line) => Console.Error.WriteLine(line);
}
