using System.Diagnostics;

namespace CloudKick.LocalCloud.Tests;

/// <summary>A program that is not ours, to the end of its work.</summary>
internal sealed class ForeignProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "CloudKick.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new AssertionException("CloudKick.sln is in no directory above the tests: run them from the repository.");
    }

    private ForeignProgram(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <param name="path">Full path of the program.</param>
    /// <param name="package">The Debian package that has it.</param>
    /// <param name="arguments">As they are, without a shell.</param>
    public static ForeignProgram Start(string path, string package, params IEnumerable<string> arguments)
    {
        if (!File.Exists(path)) throw new AssertionException($"This test needs {path}: apt-get install {package}");
        return new ForeignProgram(Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!);
    }

    /// <summary>Runs a script of <c>tests/foreign-clients</c> with Node.js and the packages that its lock file names.</summary>
    public static ForeignProgram StartNode(string script, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        string directory = Path.Combine(RepositoryRoot(), "tests", "foreign-clients");
        if (!Directory.Exists(Path.Combine(directory, "node_modules")))
            throw new AssertionException($"This test needs the packages in {directory}: npm ci");
        string node = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(path => Path.Combine(path, "node")).FirstOrDefault(File.Exists)
            ?? throw new AssertionException("This test needs Node.js: apt-get install nodejs npm");
        return Start(node, environment, [Path.Combine(directory, script), .. arguments]);
    }

    /// <summary>Runs a program with more in its environment.</summary>
    public static ForeignProgram Start(string path, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new ForeignProgram(Process.Start(start)!);
    }

    /// <summary>What it wrote; it must have ended well.</summary>
    public async Task<string> FinishAsync(CancellationToken cancellationToken)
    {
        var (exitCode, output, errors) = await EndAsync(cancellationToken);
        Assert.That(exitCode, Is.Zero, $"{output}{errors}");
        return output;
    }

    public async Task<(int ExitCode, string Output, string Errors)> EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return (_process.ExitCode, await _output, await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await Task.WhenAll(_output, _errors);
        _process.Dispose();
    }
}
