namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Debian's faketime: another date for one process, while its timers run as ever.</summary>
internal static class FakeTime
{
    /// <summary>What <c>LD_PRELOAD</c> wants.</summary>
    public static string Library() => Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu")
        .Select(directory => Path.Combine(directory, "faketime", "libfaketime.so.1"))
        .FirstOrDefault(File.Exists) ?? throw new AssertionException("This test needs faketime: apt-get install faketime");
}
