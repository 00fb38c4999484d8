using System.CommandLine;
using System.Globalization;
using CloudKick.Faults.Scale;

namespace CloudKick.Faults;

/// <summary><c>scale</c>: relays of the sizes that an operator chooses from, each under its load, within the cloud's quotas, and with one node fewer from the middle on.</summary>
internal static class ScaleCommand
{
    public static Command Create()
    {
        var sizes = new Option<string[]>("--sizes")
        {
            Description = "Which: 1, 10 or 100 times a million kicks a day",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. ScaleSize.All.Select(size => size.Name)],
        };
        sizes.AcceptOnlyFromAmong([.. ScaleSize.All.Select(size => size.Name)]);
        var seconds = new Option<int>("--seconds") { Description = "For how long each is under load", DefaultValueFactory = _ => 60 };
        var seed = new Option<int>("--seed") { Description = "Decides everything that is left to chance", DefaultValueFactory = _ => Random.Shared.Next(1_000_000) };
        var command = new Command("scale", "What relays of several sizes carry, with all nodes and without one.") { sizes, seconds, seed };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            ScaleSize.All.Where(size => parsed.GetValue(sizes)!.Contains(size.Name)), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(seed),
            parsed.InvocationConfiguration.Output, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IEnumerable<ScaleSize> sizes, TimeSpan duration, int seed, TextWriter output, CancellationToken cancellationToken)
    {
        var kept = true;
        foreach (var size in sizes)
        {
            var repeat = Line($"dotnet run -c Release --project tests/CloudKick.Faults -- scale --sizes {size.Name} --seconds {duration.TotalSeconds:0} --seed {seed}");
            await output.WriteLineAsync(repeat);
            await output.WriteLineAsync(Line($"{size.Name} times: {size.Nodes} nodes with {size.Connections} connections of at most {size.Quota} messages/s each, {size.KicksPerSecond} kicks/s"));
            var run = await ScaleRun.RunAsync(size, duration, seed, cancellationToken);
            await output.WriteLineAsync(Line($"  all nodes: {run.Before}"));
            await output.WriteLineAsync(Line($"  one fewer: {run.After}"));
            await output.WriteLineAsync(Line($"  {run.Refused} answers to come again; the busiest second of a connection {run.BusiestSecond} kicks"));
            await output.WriteLineAsync(run.Verdict.Report(seed, repeat));
            kept &= run.Verdict.IsKept;
        }
        return kept ? 0 : 1;
    }

    private static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);
}
