using System.Globalization;
using CloudKick.Benchmarks.Stage;

namespace CloudKick.Benchmarks.Fleet;

/// <summary>Terminals in processes of their own, connected and subscribed.</summary>
internal sealed class TerminalFleet : IAsyncDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(2);

    private readonly IReadOnlyList<(WorkerProcess Process, int Count)> _workers;

    private TerminalFleet(IReadOnlyList<(WorkerProcess, int)> workers) => _workers = workers;

    /// <summary>Returns when all are connected.</summary>
    /// <exception cref="BenchmarkException">Some could not connect.</exception>
    public static async Task<TerminalFleet> StartAsync(int port, string identities, int terminals, int processes, CancellationToken cancellationToken)
    {
        var workers = new List<(WorkerProcess Process, int Count)>();
        var fleet = new TerminalFleet(workers);
        try
        {
            for (var i = 0; i < processes; i++)
            {
                var (first, end) = (terminals * i / processes, terminals * (i + 1) / processes);
                workers.Add((WorkerProcess.Start(FleetWorker.Name, Text(port), identities, Text(first), Text(end - first)), end - first));
            }
            foreach (var (process, _) in workers)
            {
                if (await process.ReadAsync(ConnectTimeout, cancellationToken) is var failed and not "0")
                    throw new BenchmarkException($"{failed} terminals could not connect.");
            }
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    public async Task<int> ConnectedAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(_workers.Select(worker => worker.Process.AskAsync(FleetWorker.Connected, AnswerTimeout, cancellationToken)));
        return answers.Sum(answer => int.Parse(answer, CultureInfo.InvariantCulture));
    }

    /// <summary>Completes when each terminal has had so many messages since its start, taken all together.</summary>
    public Task ReceivedAsync(int messagesEach, CancellationToken cancellationToken) => Task.WhenAll(_workers.Select(
        worker => worker.Process.AskAsync(Text(worker.Count * messagesEach), AnswerTimeout, cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        foreach (var (process, _) in _workers)
            await process.DisposeAsync();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
