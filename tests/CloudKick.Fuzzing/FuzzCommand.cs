using System.CommandLine;
using System.Globalization;
using CloudKick.Fuzzing.Engine;

namespace CloudKick.Fuzzing;

/// <summary>The command line: which targets, how many inputs, which seed; or one input again.</summary>
internal static class FuzzCommand
{
    private const string All = "all";

    public static RootCommand Create()
    {
        var targets = new Argument<string[]>("target")
        {
            Description = $"{All}, or any of {string.Join(", ", FuzzTargets.Names)}",
            Arity = ArgumentArity.OneOrMore,
        };
        targets.AcceptOnlyFromAmong([All, .. FuzzTargets.Names]);
        var inputs = new Option<long>("--inputs") { Description = "How many inputs each target gets; one on sockets gets a thousandth", DefaultValueFactory = _ => 1_000_000 };
        var seed = new Option<ulong>("--seed") { Description = "Decides every input", DefaultValueFactory = _ => 1 };
        var index = new Option<long?>("--index") { Description = "Only this input" };
        var command = new RootCommand("Gives what takes strangers' bytes generated and damaged input, until one is a fault.") { targets, inputs, seed, index };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var names = parsed.GetValue(targets)!;
            var options = new FuzzOptions
            {
                Seed = parsed.GetValue(seed),
                First = parsed.GetValue(index) ?? 0,
                Inputs = parsed.GetValue(index) is null ? parsed.GetValue(inputs) : 1,
            };
            var output = parsed.InvocationConfiguration.Output;
            return await RunAsync(names.Contains(All) ? [.. FuzzTargets.Names] : names, options, output, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(string[] names, FuzzOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var faults = 0;
        foreach (var name in names)
        {
            await using var target = await FuzzTargets.CreateAsync(name);
            var result = FuzzRun.Run(target, options with { Inputs = Math.Max(1, options.Inputs / target.Cost) }, cancellationToken);
            var accepted = 100.0 * result.Accepted / Math.Max(1, result.Inputs);
            output.WriteLine(Line(
                $"{name,-17} {result.Inputs,12:n0} inputs, {accepted,3:0} % accepted, {result.Bytes / 1e6,7:n0} MB, at most {result.LargestAllocation / 1024.0,6:n0} KiB for one, {result.Elapsed.TotalSeconds,6:n0} s"));
            if (result.Finding is not { } finding)
                continue;
            output.WriteLine(finding);
            faults++;
            // The thread that does not end cannot be ended, and its target not disposed of.
            if (finding.Kind is FuzzFindingKind.Spin or FuzzFindingKind.Hang)
                Environment.Exit(1);
        }
        return faults == 0 ? 0 : 1;
    }

    private static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);
}
