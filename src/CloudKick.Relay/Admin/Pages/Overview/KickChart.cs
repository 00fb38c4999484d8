using System.Globalization;
using CloudKick.Relay.Kicks.Counts;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Kicks per minute by outcome as stacked bars, in the units of an SVG of <see cref="Width"/> by <see cref="Height"/>.</summary>
internal sealed class KickChart
{
    public const int Height = 100;
    private const int Pitch = 10;
    private const int BarWidth = 8;

    public KickChart(IReadOnlyList<KickMinute> minutes)
    {
        Maximum = Math.Max(1, minutes.Max(minute => minute.All));
        Width = minutes.Count * Pitch;
        Bars = [.. minutes.SelectMany(Stack)];
    }

    public int Width { get; }

    /// <summary>The kicks of the highest bar.</summary>
    public long Maximum { get; }

    public IReadOnlyList<Bar> Bars { get; }

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

    /// <summary>A rectangle; <c>Kind</c> is its class.</summary>
    internal sealed record Bar(string Kind, int X, int Width, string Y, string Height);
}
