using System.Globalization;
using System.Text.Json;
using CloudKick.Cli.Local;

namespace CloudKick.Benchmarks.Kicks;

/// <summary>What the load tool saw.</summary>
/// <param name="Requests">Answers of any status.</param>
/// <param name="Microseconds">How long it ran.</param>
/// <param name="Refused">Answers with a status of 400 or more.</param>
/// <param name="Broken">Connections that could not be made or broke, and requests without an answer.</param>
/// <param name="P50">Microseconds that half of the answers took at most.</param>
/// <param name="P99">Microseconds that 99 of 100 answers took at most.</param>
internal sealed record WrkResult(long Requests, long Microseconds, long Refused, long Broken, double P50, double P99)
{
    public double Seconds => Microseconds / 1e6;

    public long Answered => Requests - Refused;
}

/// <summary>The load tool wrk, with the script that kicks.</summary>
internal static class Wrk
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    public static async Task<WrkResult> RunAsync(
        Uri relay, int connections, TimeSpan duration, long firstTerminal, int terminals, IEnumerable<string> apiKeys, CancellationToken cancellationToken)
    {
        var run = await CommandRun.RunAsync(
            [
                CommandRun.Find("wrk")!, "--threads", "1", "--connections", Text(connections), "--duration", Text((int)duration.TotalSeconds) + "s",
                "--timeout", "10s", "--latency", "--script", Path.Combine(AppContext.BaseDirectory, "Kicks", "kicks.lua"), relay.ToString(),
                "--", Text(firstTerminal), Text(terminals), .. apiKeys,
            ],
            duration + Margin,
            cancellationToken);
        var line = run.Output.Split('\n').LastOrDefault(line => line.StartsWith('{'))
            ?? throw new BenchmarkException($"wrk failed: {run.LastLine}");
        return JsonSerializer.Deserialize<WrkResult>(line, Json)!;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
