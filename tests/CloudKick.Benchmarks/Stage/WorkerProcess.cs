using System.Diagnostics;

namespace CloudKick.Benchmarks.Stage;

/// <summary>
/// This program once more, as one of its hidden commands, in a process of its own: what is measured is then measured alone, and has a
/// process's file descriptors to itself. It answers each line on its input with a line on its output, and ends with its input.
/// </summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private WorkerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public static WorkerProcess Start(params IEnumerable<string> arguments) => new(Process.Start(
        new ProcessStartInfo("dotnet", [typeof(WorkerProcess).Assembly.Location, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true })!);

    /// <summary>What it says next.</summary>
    /// <exception cref="BenchmarkException">It said nothing in time, or ended.</exception>
    public async Task<string> ReadAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            return await _process.StandardOutput.ReadLineAsync(deadline.Token) ?? throw new BenchmarkException("A process of the benchmark ended early.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BenchmarkException($"A process of the benchmark said nothing within {timeout.TotalSeconds:0} s.");
        }
    }

    /// <inheritdoc cref="ReadAsync"/>
    public async Task<string> AskAsync(string question, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(question.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return await ReadAsync(timeout, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
