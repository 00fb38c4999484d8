using CloudKick.Cli.Local;

namespace CloudKick.Benchmarks.Stage;

/// <summary>What a benchmark needs of the machine: installed where that takes no question (root, apt-get), else asked for in one line.</summary>
internal static class Needs
{
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(5);

    /// <param name="needed">What must be there: a command's name or a file's path, and the Debian package that has it.</param>
    /// <exception cref="BenchmarkException">Something is missing and could not be installed.</exception>
    public static async Task EnsureAsync(IEnumerable<(string What, string Package)> needed, CancellationToken cancellationToken)
    {
        var missing = needed.Where(need => !IsThere(need.What)).Select(need => need.Package).Distinct().ToArray();
        if (missing.Length == 0)
            return;
        var packages = string.Join(' ', missing);
        if (!Environment.IsPrivilegedProcess || CommandRun.Find("apt-get") is not { } aptGet)
            throw new BenchmarkException($"This benchmark needs {packages}: sudo apt-get install {packages}");

        await Console.Error.WriteLineAsync($"Installing {packages}");
        var environment = new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" };
        string[][] commands = [[aptGet, "update"], [aptGet, "install", "--yes", "--no-install-recommends", .. missing]];
        foreach (var command in commands)
        {
            var run = await CommandRun.RunAsync(command, InstallTimeout, cancellationToken, environment);
            if (run.ExitCode != 0)
                throw new BenchmarkException($"`{string.Join(' ', command)}` failed: {run.LastLine}. This benchmark needs {packages}.");
        }
    }

    private static bool IsThere(string what) => Path.IsPathRooted(what) ? File.Exists(what) : CommandRun.Find(what) is not null;
}
