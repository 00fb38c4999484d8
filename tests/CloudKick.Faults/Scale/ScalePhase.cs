using System.Globalization;

namespace CloudKick.Faults.Scale;

/// <summary>How long kicks took from the till's first question until the broker had them.</summary>
/// <param name="Kicks">How many.</param>
/// <param name="P50">Half of them took no longer.</param>
/// <param name="P99">Of a hundred, one took longer.</param>
internal sealed record ScalePhase(int Kicks, TimeSpan P50, TimeSpan P99)
{
    public static ScalePhase Of(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToArray();
        return sorted is [] ? new ScalePhase(0, TimeSpan.Zero, TimeSpan.Zero) : new ScalePhase(sorted.Length, sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kicks} kicks, p50 {P50.TotalMilliseconds:F0} ms, p99 {P99.TotalMilliseconds:F0} ms");
}
