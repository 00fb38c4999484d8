namespace CloudKick.Faults.Tests.Experiments;

/// <summary>How long things took.</summary>
internal static class Timing
{
    /// <summary>Below this the garbage collector and the scheduler decide what is how many times what.</summary>
    public static readonly TimeSpan Measurable = TimeSpan.FromMilliseconds(25);

    /// <summary>What 99 of a hundred stay within; zero of none.</summary>
    public static TimeSpan P99(IEnumerable<TimeSpan> times)
    {
        var ordered = times.Order().ToArray();
        return ordered.Length == 0 ? TimeSpan.Zero : ordered[ordered.Length * 99 / 100];
    }

    /// <summary>Whether something takes at most twice as long as usual, as far as that can be measured.</summary>
    public static bool IsWithinTwice(TimeSpan usual, TimeSpan now) => now <= 2 * (usual > Measurable ? usual : Measurable);
}
