using System.Globalization;
using CloudKick.Relay.Kicks.Counts;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Kicks per minute by outcome as stacked bars, in the units of an SVG of <see cref="Width"/> by <see cref="Height"/>.</summary>
internal sealed class KickChart
{
    public const int Height = 100;

    /// <summary>How many minutes a line of the chart's table tells of.</summary>
    public const int MinutesPerPeriod = 5;

    private const int Pitch = 10;
    private const int BarWidth = 8;

    public KickChart(IReadOnlyList<KickMinute> minutes)
    {
        Maximum = Math.Max(1, minutes.Max(minute => minute.All));
        Width = minutes.Count * Pitch;
        Bars = [.. minutes.SelectMany(Stack)];
        Periods = [.. minutes.Chunk(MinutesPerPeriod).Select(Period.Of)];
        All = Period.Of([.. minutes]);
    }

    public int Width { get; }

    /// <summary>The kicks of the highest bar.</summary>
    public long Maximum { get; }

    public IReadOnlyList<Bar> Bars { get; }

    /// <summary>The same in numbers, for whoever does not see the bars: fewer lines than bars, so that they can be listened to.</summary>
    public IReadOnlyList<Period> Periods { get; }

    /// <summary>All of it in numbers.</summary>
    public Period All { get; }

    private IEnumerable<Bar> Stack(KickMinute minute, int n)
    {
        double bottom = Height;
        foreach (var (kind, kicks) in new[] { ("not-coupled", minute.NotCoupled), ("cancelled", minute.Cancelled), ("pending", minute.Pending), ("coupled", minute.Coupled) })
        {
            if (kicks == 0)
                continue;
            var height = (double)kicks / Maximum * Height;
            bottom -= height;
            yield return new Bar(kind, n * Pitch, BarWidth, Text(bottom), Text(height));
        }
    }

    private static string Text(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The kicks of some minutes, from one on.</summary>
    internal sealed record Period(DateTime From, long Coupled, long NotCoupled, long Pending, long Cancelled)
    {
        public static Period Of(KickMinute[] minutes) => new(
            minutes[0].Minute, minutes.Sum(minute => minute.Coupled), minutes.Sum(minute => minute.NotCoupled),
            minutes.Sum(minute => minute.Pending), minutes.Sum(minute => minute.Cancelled));
    }

    /// <summary>A rectangle; <c>Kind</c> is its class.</summary>
    internal sealed record Bar(string Kind, int X, int Width, string Y, string Height);
}
