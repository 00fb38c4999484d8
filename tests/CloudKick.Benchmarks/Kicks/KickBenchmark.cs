using CloudKick.Benchmarks.Stage;
using CloudKick.Testing;
using CloudKick.Testing.Mosquitto;

namespace CloudKick.Benchmarks.Kicks;

/// <summary>How to measure.</summary>
internal sealed record KickBenchmarkOptions
{
    public required IReadOnlyList<int> Connections { get; init; }

    public required int Rounds { get; init; }

    public required TimeSpan Duration { get; init; }

    public required int Terminals { get; init; }

    public required bool Fsync { get; init; }
}

/// <summary>
/// Everything on loopback, under load: PostgreSQL, Mosquitto, the relay and the peer as processes of their own, wrk, and a subscriber
/// in this process. Contestants take turns, and begin in turn.
/// </summary>
internal sealed class KickBenchmark(KickBenchmarkOptions options, BenchmarkDatabase database, MosquittoBroker broker, KickReceiver receiver)
{
    private const int WarmUpConnections = 64;

    // The runtime compiles what is called often a second time, and on a machine that is busy that takes its time.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Arrival = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(500);

    private long _nextTerminal;

    public async Task<IReadOnlyList<KickMeasurement>> RunAsync(IReadOnlyList<IContestant> contestants, Action<string> progress, CancellationToken cancellationToken)
    {
        foreach (var contestant in contestants)
        {
            progress($"warming up the {contestant.Name}");
            await MeasureAsync(contestant, WarmUpConnections, round: 0, WarmUp, cancellationToken);
        }

        var measurements = new List<KickMeasurement>();
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var connections in options.Connections)
            {
                foreach (var contestant in round % 2 == 1 ? contestants : contestants.Reverse())
                {
                    var measured = await MeasureAsync(contestant, connections, round, options.Duration, cancellationToken);
                    progress(FormattableString.Invariant(
                        $"round {round}, {connections} connections, {contestant.Name}: {measured.KicksPerSecond:0} kicks/s, p99 {measured.P99:0.0} ms{Failures(measured)}"));
                    measurements.Add(measured);
                }
            }
        }
        return measurements;
    }

    private async Task<KickMeasurement> MeasureAsync(
        IContestant contestant, int connections, int round, TimeSpan duration, CancellationToken cancellationToken)
    {
        await database.SettleAsync(cancellationToken);
        receiver.Clear();
        var since = await NowAsync(cancellationToken);
        var allocated = await contestant.AllocatedAsync(cancellationToken);
        var cpu = Cpu(contestant);
        var running = Wrk.RunAsync(
            contestant.Address, connections, duration, _nextTerminal, options.Terminals, database.ApiKeys, cancellationToken);
        var resident = await MostResidentAsync(contestant, running, cancellationToken);
        var load = await running;
        var used = Cpu(contestant).Since(cpu);
        allocated = await contestant.AllocatedAsync(cancellationToken) - allocated;
        _nextTerminal += load.Requests + connections;

        var (lost, doubled, kicks) = await JudgeAsync(contestant, since, load, cancellationToken);
        return new KickMeasurement
        {
            Contestant = contestant.Name,
            Connections = connections,
            Round = round,
            KicksPerSecond = load.Answered / load.Seconds,
            P50 = load.P50 / 1000,
            P99 = load.P99 / 1000,
            Cpu = used.Per(kicks / 1000.0),
            ResidentMebibytes = resident / (1024.0 * 1024),
            AllocatedPerKick = allocated / (double)kicks,
            Refused = load.Refused,
            Broken = load.Broken,
            Lost = lost,
            Doubled = doubled,
        };
    }

    private static string Failures(KickMeasurement measured) =>
        measured.Failed == 0 ? "" : FormattableString.Invariant($"; {measured.Refused} refused, {measured.Broken} without an answer");

    // wrk ends with requests under way: what they made still arrives.
    private async Task<(long Lost, long Doubled, long Kicks)> JudgeAsync(
        IContestant contestant, DateTime since, WrkResult load, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Arrival);
        while (receiver.Count < load.Answered && !patience.IsCancellationRequested)
            await Task.Delay(Pause, cancellationToken);
        while (true)
        {
            var accepted = await contestant.AcceptedAsync(since, cancellationToken);
            var (received, doubled) = receiver.Read();
            var lost = accepted is null
                ? Math.Max(0, load.Answered - received.Count)
                : accepted.Count(kick => !received.Contains(kick)) + Math.Max(0, load.Answered - accepted.Count);
            if (lost == 0 || patience.IsCancellationRequested)
                return (lost, doubled, accepted?.Count ?? received.Count);
            await Task.Delay(Pause, cancellationToken);
        }
    }

    private CpuUse Cpu(IContestant contestant) => new(
        ProcessUsage.CpuSeconds(contestant.ProcessId),
        ProcessUsage.CpuSecondsOfFamily(database.ProcessId),
        ProcessUsage.CpuSeconds(broker.ProcessId),
        ProcessUsage.CpuSecondsOfEndedChildren(Environment.ProcessId) + ProcessUsage.CpuSeconds(Environment.ProcessId));

    private static async Task<long> MostResidentAsync(IContestant contestant, Task running, CancellationToken cancellationToken)
    {
        var most = 0L;
        while (!running.IsCompleted)
        {
            most = Math.Max(most, ProcessUsage.ResidentBytes(contestant.ProcessId));
            await Task.WhenAny(running, Task.Delay(Glance, cancellationToken));
        }
        return most;
    }

    private async Task<DateTime> NowAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Superuser.CreateCommand("select clock_timestamp()");
        return (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
