using System.Globalization;
using CloudKick.Testing.Volume;

namespace CloudKick.Benchmarks.Volume;

/// <summary>How long it took to open something, each time from the request to the last byte of the answer.</summary>
/// <param name="Look">What.</param>
/// <param name="Of">Whose data: the largest merchant's, a middle one's, a small one's, or all.</param>
/// <param name="Times">One for each time.</param>
internal sealed record PageTime(Look Look, string Of, IReadOnlyList<TimeSpan> Times)
{
    public TimeSpan P50 => Percentile(0.50);

    public TimeSpan P95 => Percentile(0.95);

    // The smallest that at least this share of them does not exceed.
    private TimeSpan Percentile(double share) => Times.Order().ElementAt((int)Math.Ceiling(share * Times.Count) - 1);
}

/// <summary>Times as a table.</summary>
internal static class PageTable
{
    private static readonly string[] Header = ["", "as", "of", "p50 ms", "p95 ms"];

    public static string Format(IEnumerable<PageTime> times) => TextTable.Format(
        Header, times.Select(time => new[] { time.Look.Name, time.Look.Reader.ToString(), time.Of, Milliseconds(time.P50), Milliseconds(time.P95) }));

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);
}
