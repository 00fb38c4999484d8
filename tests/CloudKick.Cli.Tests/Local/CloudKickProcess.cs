using System.Diagnostics;
using System.Globalization;
using System.Text;
using CloudKick.Cli.Local;

namespace CloudKick.Cli.Tests.Local;

/// <summary>
/// <c>cloudkick</c> as a process of its own, with a home of its own and marked, so that what it leaves behind can be told. Disposing
/// kills it if it is still there.
/// </summary>
internal sealed class CloudKickProcess : IAsyncDisposable
{
    private const string MarkVariable = "CLOUDKICK_TEST_MARK";
    private static readonly TimeSpan SignalTimeout = TimeSpan.FromSeconds(10);

    private readonly string _mark = Guid.NewGuid().ToString();
    private readonly StringBuilder _error = new();
    private readonly Process _process;
    private readonly Task _readingError;

    private readonly bool _ownsHome;

    private CloudKickProcess(string[] args, string? home, IEnumerable<(string Name, string Value)> variables)
    {
        _ownsHome = home is null;
        Home = home ?? Directory.CreateTempSubdirectory("cloudkick-home-").FullName;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "cloudkick.dll"), .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        start.Environment[UserDirectory.Variable] = Home;
        start.Environment[MarkVariable] = _mark;
        _process = Process.Start(start)!;
        _readingError = ReadErrorAsync();
    }

    /// <summary>Where it looks for what runs; give it to commands that shall find it.</summary>
    public string Home { get; }

    public string Error
    {
        get
        {
            lock (_error)
                return _error.ToString();
        }
    }

    /// <summary>Every process that came of it and runs, by command line; Linux.</summary>
    public IReadOnlyList<string> Processes =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Where(directory => Path.GetFileName(directory).All(char.IsAsciiDigit) && Read(directory, "environ").Contains($"{MarkVariable}={_mark}", StringComparison.Ordinal))
            .Select(directory => Read(directory, "cmdline").Replace('\0', ' ')),
    ];

    public static CloudKickProcess Start(string[] args, string? home = null, params (string Name, string Value)[] variables) =>
        new(args, home, variables);

    /// <summary>The next line of standard output; fails with standard error when there is none.</summary>
    public async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = await _process.StandardOutput.ReadLineAsync(cancellationToken);
        if (line is null)
        {
            await _readingError;
            Assert.Fail($"cloudkick ended: {Error}");
        }

        return line!;
    }

    public async Task SignalAsync(string signal)
    {
        var kill = await CommandRun.RunAsync(
            ["kill", "-s", signal, _process.Id.ToString(CultureInfo.InvariantCulture)], SignalTimeout, CancellationToken.None);
        Assert.That(kill.ExitCode, Is.Zero, kill.LastLine);
    }

    /// <summary>Waits for its end; the rest of standard output and the exit code.</summary>
    public async Task<(string Output, int ExitCode)> WaitForExitAsync(CancellationToken cancellationToken)
    {
        var rest = await _process.StandardOutput.ReadToEndAsync(cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        await _readingError.WaitAsync(cancellationToken);
        return (rest, _process.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await SignalAsync("TERM");
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        if (_ownsHome)
            Directory.Delete(Home, recursive: true);
    }

    private async Task ReadErrorAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_error)
                _error.AppendLine(line);
        }
    }

    private static string Read(string directory, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, file));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return ""; // it ended this moment, or is another user's
        }
    }
}
