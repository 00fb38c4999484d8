using System.Diagnostics;

namespace CloudKick.LocalCloud.Tests;

/// <summary>A program that is not ours, to the end of its work.</summary>
internal sealed class ForeignProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

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
