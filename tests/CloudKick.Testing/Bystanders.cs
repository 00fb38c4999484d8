using System.Diagnostics;

namespace CloudKick.Testing;

/// <summary>
/// How much of the machine's processors went to others since this was made: to what is neither this process nor was started by it. What a test
/// measures may be slower by as much, and by no more. Linux.
/// </summary>
public sealed class Bystanders
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly double _others = Others();

    /// <summary>Their share of all processors' time so far: 0 to 1.</summary>
    public double Share => Math.Clamp((Others() - _others) / (_watch.Elapsed.TotalSeconds * Environment.ProcessorCount), 0, 1);

    // A child that ends without being waited for counts for another's: by that a test may seem excused by a little more than it is.
    private static double Others() => ProcessUsage.CpuSecondsOfMachine() - ProcessUsage.CpuSecondsOfFamily(Environment.ProcessId);
}
