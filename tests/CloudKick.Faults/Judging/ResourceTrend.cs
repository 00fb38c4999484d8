namespace CloudKick.Faults.Judging;

/// <summary>
/// What one process held over a run, and whether that grows. The first half of a run does not count: caches and pools fill, code is compiled.
/// Not thread-safe.
/// </summary>
public sealed class ResourceTrend
{
    // Pools follow the faults; what leaks does not come down again.
    private const int FilesMayDiffer = 20;
    private const double Growth = 1;

    // Under load a node's heap goes on filling for ten minutes or so.
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(20);

    private readonly List<(TimeSpan At, double Megabytes, int Files)> _samples = [];

    /// <summary>The most memory that was held, in megabytes.</summary>
    public double MostMegabytes => _samples.Max(sample => sample.Megabytes);

    /// <summary>By how much memory grew in the run's second half: the slope of the straight line that fits best.</summary>
    public double MegabytesPerMinute
    {
        get
        {
            var later = _samples[(_samples.Count / 2)..];
            var (meanAt, mean) = (later.Average(sample => sample.At.TotalMinutes), later.Average(sample => sample.Megabytes));
            var spread = later.Sum(sample => Math.Pow(sample.At.TotalMinutes - meanAt, 2));
            return spread == 0 ? 0 : later.Sum(sample => (sample.At.TotalMinutes - meanAt) * (sample.Megabytes - mean)) / spread;
        }
    }

    /// <summary>Open files, typically: in the run's second quarter and in its last.</summary>
    public (int Before, int After) Files => (Median(1), Median(3));

    /// <summary>Whether the run was long enough for an opinion: twenty minutes.</summary>
    public bool CanTell => _samples.Count >= 8 && _samples[^1].At - _samples[0].At >= Shortest;

    /// <summary>Whether memory grew by less than 1 MB a minute, and files did not.</summary>
    public bool IsFlat => MegabytesPerMinute < Growth && Files.After <= Files.Before + FilesMayDiffer;

    /// <summary>Takes note; samples come in the order of time.</summary>
    /// <param name="at">Since the start of the run.</param>
    /// <param name="bytes">The memory that it holds.</param>
    /// <param name="files">The files and sockets that it has open.</param>
    public void Add(TimeSpan at, long bytes, int files) => _samples.Add((at, bytes / 1e6, files));

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"at most {MostMegabytes:F0} MB, {MegabytesPerMinute:+0.00;-0.00} MB a minute in the second half; open files {Files.Before}, in the end {Files.After}");

    private int Median(int quarter)
    {
        var files = _samples.Skip(quarter * _samples.Count / 4).Take(Math.Max(1, _samples.Count / 4)).Select(sample => sample.Files).Order().ToArray();
        return files[files.Length / 2];
    }
}
