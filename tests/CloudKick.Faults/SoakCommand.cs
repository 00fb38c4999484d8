using System.CommandLine;
using System.Globalization;
using CloudKick.Faults.Experiments;
using CloudKick.Faults.Judging;
using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;

namespace CloudKick.Faults;

/// <summary><c>soak</c>: random faults under load for as long as is asked, then the judgement.</summary>
internal static class SoakCommand
{
    private const int TtlSeconds = 30;
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var seed = new Option<int>("--seed") { Description = "Decides every fault and moment; the one that was printed repeats them", DefaultValueFactory = _ => Random.Shared.Next(1_000_000) };
        var minutes = new Option<double>("--minutes") { Description = "For how long faults come", DefaultValueFactory = _ => 30 };
        var nodes = new Option<int>("--nodes") { Description = "Relay nodes", DefaultValueFactory = _ => 3 };
        var terminals = new Option<int>("--terminals") { Description = "Simulated terminals", DefaultValueFactory = _ => 300 };
        var command = new Command("soak", "One random fault after the other under load; at the end every kick is accounted for.") { seed, minutes, nodes, terminals };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new WorldOptions { Seed = parsed.GetValue(seed), Nodes = parsed.GetValue(nodes), Terminals = parsed.GetValue(terminals) };
            return await RunAsync(options, TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.InvocationConfiguration.Output, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(WorldOptions options, TimeSpan duration, TextWriter output, CancellationToken cancellationToken)
    {
        var repeat = Line(
            $"dotnet run -c Release --project tests/CloudKick.Faults -- soak --seed {options.Seed} --minutes {duration.TotalMinutes:0.#} --nodes {options.Nodes} --terminals {options.Terminals}");
        await output.WriteLineAsync(repeat);
        await using var world = await World.StartAsync(options, cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = new Till(world.History, world.TokenOf, () => world.TillAddresses) { TtlSeconds = TtlSeconds };
        using var enough = new CancellationTokenSource();
        var load = new KickLoad(till, world.Terminals) { Pause = TimeSpan.FromMilliseconds(50) };
        var loading = load.RunAsync(0, enough.Token, cancellationToken);
        var (trend, sampling) = (new ResourceTrend(), Task.CompletedTask);
        try
        {
            sampling = SampleAsync(world, trend, enough.Token);
            await Schedule.RandomFaultsAsync(
                world, duration, fault => output.WriteLine(Line($"{world.History.Now:HH:mm:ss} {load.Answered,8} kicks, {Memory(world)} MB: {fault}")), cancellationToken);
        }
        finally
        {
            await enough.CancelAsync();
            await Task.WhenAll(loading, sampling);
        }
        await world.WaitUntilNothingIsOpenAsync(TimeSpan.FromSeconds(TtlSeconds), cancellationToken);
        var verdict = await world.JudgeAsync(cancellationToken: cancellationToken);
        await output.WriteLineAsync(verdict.Report(options.Seed, repeat));
        var opinion = trend.CanTell ? trend.IsFlat ? "flat" : "GROWS" : "too short a run to tell whether that grows";
        await output.WriteLineAsync(Line($"{world.Nodes[0].Name}, which lived through it all: {trend} ({opinion})"));
        return verdict.IsKept && (trend.IsFlat || !trend.CanTell) ? 0 : 1;
    }

    private static async Task SampleAsync(World world, ResourceTrend trend, CancellationToken enough)
    {
        using var timer = new PeriodicTimer(SampleEvery);
        var (started, node) = (world.History.Now, world.Nodes[0]);
        do
            Sample();
        while (await NextAsync());

        void Sample()
        {
            try
            {
                trend.Add(world.History.Now - started, node.WorkingSet, node.OpenFiles);
            }
            catch (Exception exception) when (exception is InvalidOperationException or IOException && !node.IsRunning)
            {
                // It has died: whoever waits for it to be ready says so, with what it said last.
            }
        }

        async Task<bool> NextAsync()
        {
            try
            {
                return await timer.WaitForNextTickAsync(enough);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    private static long Memory(World world) => world.Nodes.Where(node => node.IsRunning).Select(node => node.WorkingSet).DefaultIfEmpty().Max() / 1_000_000;

    private static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);
}
