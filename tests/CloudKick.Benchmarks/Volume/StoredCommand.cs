using System.CommandLine;
using System.Globalization;
using CloudKick.Benchmarks.Kicks;
using CloudKick.Benchmarks.Stage;
using CloudKick.Testing.Volume;

namespace CloudKick.Benchmarks.Volume;

/// <summary><c>stored</c>: what a kick costs when nothing is stored yet, and when millions of kicks are. Two relays, each with a database of its own, take turns.</summary>
internal static class StoredCommand
{
    private const string Nothing = "0";

    private static readonly (string What, string Package)[] Needed = [("wrk", "wrk"), ("mosquitto", "mosquitto")];
    private static readonly string[] Header = ["stored kicks", "kicks/s", "p50 ms", "p99 ms", "CPU s/1,000: relay", "PostgreSQL", "lost", "doubled"];

    public static Command Create()
    {
        var kicks = new Option<long>("--kicks") { Description = "Stored kicks of the one database; the other has none", DefaultValueFactory = _ => 50_000_000 };
        var days = new Option<int>("--days") { Description = "Over how many days, up to now, they are spread", DefaultValueFactory = _ => 30 };
        var connections = new Option<int>("--connections") { Description = "HTTP connections, each with one request under way", DefaultValueFactory = _ => 64 };
        var rounds = new Option<int>("--rounds") { Description = "How often each is measured, in turn; the table shows medians", DefaultValueFactory = _ => 5 };
        var seconds = new Option<int>("--seconds") { Description = "How long each run takes", DefaultValueFactory = _ => 10 };
        var terminals = new Option<int>("--terminals") { Description = "Whitelisted terminals, kicked in turn", DefaultValueFactory = _ => 200_000 };

        var command = new Command("stored", "Kicks per second and CPU with no kicks stored and with millions, in one run.") { kicks, days, connections, rounds, seconds, terminals };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new KickBenchmarkOptions
            {
                Connections = [parsed.GetValue(connections)],
                Rounds = 1,
                Duration = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                Terminals = parsed.GetValue(terminals),
                Fsync = false,
            },
            parsed.GetValue(kicks), parsed.GetValue(days), parsed.GetValue(rounds), cancellationToken));
        return command;
    }

    private static async Task RunAsync(KickBenchmarkOptions options, long kicks, int days, int rounds, CancellationToken cancellationToken)
    {
        await Needs.EnsureAsync(Needed, cancellationToken);
        await using var empty = await BenchmarkDatabase.StartAsync(options.Fsync, options.Terminals, cancellationToken);
        await using var full = await BenchmarkDatabase.StartAsync(options.Fsync, options.Terminals, cancellationToken);
        await StoredVolume.AddKicksAsync(full.Owner, kicks, days, Progress, cancellationToken);
        await using var broker = await UnlimitedBroker.StartAsync(cancellationToken);
        await using var receiver = new KickReceiver(broker);
        await receiver.StartAsync(cancellationToken);
        await using var ofEmpty = await RelayContestant.StartAsync(empty, broker, cancellationToken);
        await using var ofFull = await RelayContestant.StartAsync(full, broker, cancellationToken);

        (string Stored, RelayContestant Relay, KickBenchmark Benchmark)[] contestants =
        [
            (Nothing, ofEmpty, new KickBenchmark(options, empty, broker, receiver)),
            (kicks.ToString("N0", CultureInfo.InvariantCulture), ofFull, new KickBenchmark(options, full, broker, receiver)),
        ];
        var measured = new List<KickMeasurement>();
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var (stored, relay, benchmark) in round % 2 == 1 ? contestants : contestants.Reverse())
            {
                Progress($"round {round}, {stored} stored");
                measured.AddRange((await benchmark.RunAsync([relay], Progress, cancellationToken)).Select(run => run with { Contestant = stored, Round = round }));
            }
        }

        Console.WriteLine($"{Environment.ProcessorCount} cores; .NET {Environment.Version}; {full.Description}; {options.Connections[0]} connections, {rounds} rounds of {options.Duration.TotalSeconds:0} s");
        Console.WriteLine(Format(measured));
    }

    private static string Format(IReadOnlyList<KickMeasurement> measured)
    {
        var runs = measured.ToLookup(run => run.Contestant);
        var without = runs[Nothing].ToArray();
        var with = runs.Single(group => group.Key != Nothing).ToArray();
        return TextTable.Format(Header, [Row(without), Row(with), Ratios(with, without)]) + Environment.NewLine + KickTargets.FormatStored(with, without);
    }

    private static string[] Row(IEnumerable<KickMeasurement> runs) =>
    [
        runs.First().Contestant,
        Number(runs.Select(run => run.KicksPerSecond).Median(), "0"),
        Number(runs.Select(run => run.P50).Median(), "0.00"),
        Number(runs.Select(run => run.P99).Median(), "0.00"),
        Number(runs.Select(run => run.Cpu.Contestant).Median(), "0.000"),
        Number(runs.Select(run => run.Cpu.PostgreSql).Median(), "0.000"),
        Number(runs.Sum(run => run.Lost), "0"),
        Number(runs.Sum(run => run.Doubled), "0"),
    ];

    // Of what was measured in the same round: whatever else the machine did then, it did to both.
    private static string[] Ratios(IReadOnlyList<KickMeasurement> with, IReadOnlyList<KickMeasurement> without)
    {
        return ["ratio", Ratio(run => run.KicksPerSecond), Ratio(run => run.P50), Ratio(run => run.P99), Ratio(run => run.Cpu.Contestant), Ratio(run => run.Cpu.PostgreSql)];

        string Ratio(Func<KickMeasurement, double> figure) => Number(KickTargets.Ratio(with, without, figure), "0.00");
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static void Progress(string line) => Console.Error.WriteLine(line);
}
