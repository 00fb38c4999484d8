using System.Globalization;

namespace CloudKick.Benchmarks.Kicks;

/// <summary>What the relay is held to, as far as these measurements tell: ratios to the peer of the same rounds, and medians.</summary>
internal static class KickTargets
{
    private const int Few = 1;
    private const int Many = 64;
    private const string Relay = "relay";
    private const string Peer = "peer";

    public static string Format(IReadOnlyList<KickMeasurement> measurements) => Format(Rows(measurements));

    /// <summary>What a kick costs with so many stored, against the same with none: the same within a tenth.</summary>
    public static string FormatStored(IReadOnlyList<KickMeasurement> with, IReadOnlyList<KickMeasurement> without) => Format(
    [
        AtLeast(0.9, "kicks/s, of those with nothing stored", Ratio(with, without, run => run.KicksPerSecond)),
        AtMost(1.1, "relay's CPU, likewise", Ratio(with, without, run => run.Cpu.Contestant)),
        AtMost(1.1, "PostgreSQL's CPU, likewise", Ratio(with, without, run => run.Cpu.PostgreSql)),
    ]);

    /// <summary>How many times theirs ours is, round by round; the median.</summary>
    public static double Ratio(IEnumerable<KickMeasurement> ours, IEnumerable<KickMeasurement> theirs, Func<KickMeasurement, double> figure) =>
        ours.OrderBy(our => our.Round).Zip(theirs.OrderBy(their => their.Round), (our, their) => figure(our) / figure(their)).Median();

    private static string Format(IEnumerable<string[]> rows) => TextTable.Format(["target", "wanted", "measured", ""], [.. rows]);

    private static IEnumerable<string[]> Rows(IReadOnlyList<KickMeasurement> measurements)
    {
        yield return AtLeast(1.0, $"kicks/s at {Few}, of the peer's", Compared(Few, measured => measured.KicksPerSecond));
        yield return AtLeast(1.5, $"kicks/s at {Many}, of the peer's", Compared(Many, measured => measured.KicksPerSecond));
        yield return AtMost(1.0, $"p99 at {Many}, of the peer's", Compared(Many, measured => measured.P99));
        yield return AtMost(0.05, $"relay's CPU s/1,000 at {Many}", Of(Relay, Many).Select(measured => measured.Cpu.Contestant).Median());
        yield return AtMost(150, "relay's RSS MiB, the most", Of(Relay).Select(measured => measured.ResidentMebibytes).DefaultIfEmpty(double.NaN).Max());
        yield return AtMost(0, "relay's lost, doubled, failed", Of(Relay).Sum(measured => measured.Lost + measured.Doubled + measured.Failed));

        IEnumerable<KickMeasurement> Of(string contestant, int? connections = null) => measurements.Where(measured =>
            measured.Contestant == contestant && (connections is null || measured.Connections == connections));

        double Compared(int connections, Func<KickMeasurement, double> figure) => Ratio(Of(Relay, connections), Of(Peer, connections), figure);
    }

    private static string[] AtLeast(double wanted, string what, double measured) => Row("≥", wanted, what, measured, measured >= wanted);

    private static string[] AtMost(double wanted, string what, double measured) => Row("≤", wanted, what, measured, measured <= wanted);

    private static string[] Row(string relation, double wanted, string what, double measured, bool isMet) =>
    [
        what,
        string.Create(CultureInfo.InvariantCulture, $"{relation} {wanted:0.##}"),
        double.IsNaN(measured) ? "-" : measured.ToString("0.###", CultureInfo.InvariantCulture),
        double.IsNaN(measured) ? "not measured" : isMet ? "met" : "missed",
    ];
}
