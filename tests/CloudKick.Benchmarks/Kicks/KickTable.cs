using System.Globalization;

namespace CloudKick.Benchmarks.Kicks;

/// <summary>Measurements as a table: medians over the rounds, and how the first contestant compares with the second in the same round.</summary>
internal static class KickTable
{
    private static readonly string[] Header =
    [
        "connections", "", "kicks/s", "p50 ms", "p99 ms", "CPU s/1,000: own", "PostgreSQL", "Mosquitto", "load", "RSS MiB", "alloc B/kick", "failed", "lost", "doubled",
    ];

    public static string Format(IReadOnlyList<KickMeasurement> measurements) => TextTable.Format(
        Header, measurements.GroupBy(measured => measured.Connections).SelectMany(group => Rows([.. group])));

    private static IEnumerable<string[]> Rows(IReadOnlyList<KickMeasurement> measurements)
    {
        var contestants = measurements.GroupBy(measured => measured.Contestant).OrderByDescending(group => group.Key, StringComparer.Ordinal).ToArray();
        foreach (var contestant in contestants)
        {
            yield return
            [
                Number(measurements[0].Connections, "0"),
                contestant.Key,
                Middle("0", measured => measured.KicksPerSecond),
                Middle("0.00", measured => measured.P50),
                Middle("0.00", measured => measured.P99),
                Middle("0.000", measured => measured.Cpu.Contestant),
                Middle("0.000", measured => measured.Cpu.PostgreSql),
                Middle("0.000", measured => measured.Cpu.Mosquitto),
                Middle("0.000", measured => measured.Cpu.Load),
                Middle("0", measured => measured.ResidentMebibytes),
                contestant.First().AllocatedPerKick is null ? "-" : Middle("0", measured => measured.AllocatedPerKick!.Value),
                Number(contestant.Sum(measured => measured.Failed), "0"),
                Number(contestant.Sum(measured => measured.Lost), "0"),
                Number(contestant.Sum(measured => measured.Doubled), "0"),
            ];

            string Middle(string format, Func<KickMeasurement, double> figure) => Number(contestant.Select(figure).Median(), format);
        }

        if (contestants is [var ours, var theirs])
        {
            yield return
            [
                "", "ratio", Ratio(measured => measured.KicksPerSecond), Ratio(measured => measured.P50), Ratio(measured => measured.P99),
                Ratio(measured => measured.Cpu.Contestant), Ratio(measured => measured.Cpu.PostgreSql), Ratio(measured => measured.Cpu.Mosquitto),
                Ratio(measured => measured.Cpu.Load), Ratio(measured => measured.ResidentMebibytes),
            ];
            yield return [];

            string Ratio(Func<KickMeasurement, double> figure) => Number(KickTargets.Ratio(ours, theirs, figure), "0.00");
        }
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
