using System.Globalization;
using CloudKick.Cli.Local;

namespace CloudKick.Cli.Tests.Local;

/// <summary>Looks at server processes, through <c>ps</c>: Linux and macOS both have it.</summary>
internal static class ServerProcesses
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PsTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The process that serves a private cluster.</summary>
    public static async Task<int> PidAsync(string clusterDirectory)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(clusterDirectory, "data", "postmaster.pid"));
        return int.Parse(lines[0], CultureInfo.InvariantCulture);
    }

    public static async Task<string> FieldAsync(int pid, string field, CancellationToken cancellationToken)
    {
        string[] command = [CommandRun.Find("ps")!, "-o", field + "=", "-p", pid.ToString(CultureInfo.InvariantCulture)];
        return (await CommandRun.RunAsync(command, PsTimeout, cancellationToken)).Output.Trim();
    }

    public static async Task WaitUntilGoneAsync(int pid, CancellationToken cancellationToken)
    {
        // A zombie has ended: it only waits for its parent to read its exit code.
        while (await FieldAsync(pid, "stat", cancellationToken) is { Length: > 0 } state && state[0] != 'Z')
            await Task.Delay(Pause, cancellationToken);
    }

    public static async Task WaitUntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
            await Task.Delay(Pause, cancellationToken);
    }
}
