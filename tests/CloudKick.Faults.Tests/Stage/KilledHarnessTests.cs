using System.Diagnostics;
using CloudKick.Faults.Stage;
using CloudKick.Testing;

namespace CloudKick.Faults.Tests.Stage;

internal sealed class KilledHarnessTests
{
    [Test]
    [CancelAfter(300_000)]
    public async Task Harness_that_is_killed_leaves_nothing_running(CancellationToken cancellationToken)
    {
        using var harness = Process.Start(new ProcessStartInfo(
            "dotnet", [typeof(World).Assembly.Location, "soak", "--minutes", "5", "--nodes", "1", "--terminals", "2", "--seed", "1"])
        {
            RedirectStandardOutput = true,
        })!;
        IReadOnlyList<int> started = [];
        try
        {
            // It says which fault is next once everything runs. A node that stands still cannot end before it goes on.
            string? line;
            do
                line = await harness.StandardOutput.ReadLineAsync(cancellationToken);
            while (line?.Contains(" kicks, ", StringComparison.Ordinal) is false || line?.Contains("stands still", StringComparison.Ordinal) is true);
            started = ProcessUsage.ChildrenOf(harness.Id);
            Assert.That(started, Has.Count.AtLeast(2), $"a node and PostgreSQL; the last line was {line}");

            harness.Kill();

            await Eventually.HoldsAsync(() => started.All(ProcessUsage.HasEnded), cancellationToken);
        }
        finally
        {
            harness.Kill(entireProcessTree: true);
            foreach (var left in started.Where(id => !ProcessUsage.HasEnded(id)))
                Process.GetProcessById(left).Kill();
        }
    }
}
