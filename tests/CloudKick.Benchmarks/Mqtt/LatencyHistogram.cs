using System.Numerics;

namespace CloudKick.Benchmarks.Mqtt;

/// <summary>Latencies in buckets that are a thirty-second of their power of two wide: a percentile is at most 3 % off. Callable by many threads.</summary>
internal sealed class LatencyHistogram
{
    private const int BitsInside = 5;
    private const int Buckets = (64 - BitsInside) << BitsInside;

    private readonly long[] _counts = new long[Buckets];

    public long Count => _counts.Sum();

    public void Add(TimeSpan latency) => Interlocked.Increment(ref _counts[BucketOf(Math.Max(1, (long)latency.TotalNanoseconds))]);

    /// <summary>The upper end of the bucket that holds it; zero when there is nothing.</summary>
    public TimeSpan Percentile(double share)
    {
        var rank = (long)Math.Ceiling(Count * share);
        var seen = 0L;
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= rank && seen > 0)
                return TimeSpan.FromMicroseconds(UpperEnd(bucket) / 1000.0);
        }
        return TimeSpan.Zero;
    }

    private static int BucketOf(long nanoseconds)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)nanoseconds) - BitsInside);
        return (shift << BitsInside) + (int)(nanoseconds >> shift);
    }

    private static long UpperEnd(int bucket)
    {
        var shift = Math.Max(0, (bucket >> BitsInside) - 1);
        return ((long)bucket - (shift << BitsInside) + 1) << shift;
    }
}
