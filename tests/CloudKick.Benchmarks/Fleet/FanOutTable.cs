using System.Globalization;

namespace CloudKick.Benchmarks.Fleet;

/// <summary>Medians over the rounds, and how the first broker compares with the second in the same round.</summary>
internal static class FanOutTable
{
    private static readonly string[] Header = ["", "kicks/s", "broker's CPU s/1,000"];

    public static string Format(IReadOnlyList<FanOutRun> runs) => TextTable.Format(Header, Rows([.. runs.GroupBy(run => run.Broker)]));

    private static IEnumerable<string[]> Rows(IGrouping<string, FanOutRun>[] brokers)
    {
        foreach (var broker in brokers)
            yield return [broker.Key, Number(broker.Select(run => run.KicksPerSecond).Median(), "0"), Number(broker.Select(run => run.CpuPerThousand).Median(), "0.000")];
        yield return ["ratio", Ratio(run => run.KicksPerSecond), Ratio(run => run.CpuPerThousand)];

        string Ratio(Func<FanOutRun, double> figure) => Number(brokers[0].Zip(brokers[1], (first, second) => figure(first) / figure(second)).Median(), "0.00");
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
