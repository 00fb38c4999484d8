using System.Globalization;

namespace CloudKick.Benchmarks.Stage;

/// <summary>File descriptors of a process: each connection takes one.</summary>
internal static class Descriptors
{
    public static int InUse(int processId) => Directory.EnumerateFileSystemEntries($"/proc/{processId}/fd").Count();

    /// <summary>The hard limit: .NET raises its soft limit to it by itself.</summary>
    public static int Limit(int processId)
    {
        var columns = File.ReadLines($"/proc/{processId}/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // Max open files  <soft>  <hard>  files
        return int.TryParse(columns[^2], CultureInfo.InvariantCulture, out var limit) ? limit : int.MaxValue;
    }
}
