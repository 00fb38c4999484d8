using CloudKick.Fuzzing.Engine;

namespace CloudKick.Fuzzing.Tests;

/// <summary>A slice of each target's inputs, the same in every run; `tests/CloudKick.Fuzzing` has the millions.</summary>
[CancelAfter(240_000)]
// All that the process allocates is counted where the product works on threads of its own.
[NonParallelizable]
internal sealed class SliceTests
{
    private const ulong Seed = 20261121;

    // Of targets with threads of the product's own: its other work goes on while one of them waits for a busy machine.
    private static readonly TimeSpan SpinLimit = TimeSpan.FromSeconds(60);

    /// <summary>How many inputs each target gets here: together some seconds of work.</summary>
    private static readonly Dictionary<string, int> Slices = new()
    {
        ["mqtt-311"] = 20_000,
        ["mqtt-5"] = 20_000,
        ["mqtt-session"] = 5_000,
        ["mqtt-sockets"] = 100,
        ["opi-frames"] = 60_000,
        ["opi-xml"] = 15_000,
        ["json"] = 15_000,
        ["csv"] = 10_000,
        ["headers"] = 40_000,
        ["terminal-messages"] = 20_000,
        ["http"] = 400,
    };

    [TestCaseSource(nameof(Slices))]
    public async Task Nothing_that_strangers_send_is_a_fault(KeyValuePair<string, int> slice, CancellationToken cancellationToken)
    {
        await using var target = await FuzzTargets.CreateAsync(slice.Key);

        var options = new FuzzOptions { Seed = Seed, Inputs = slice.Value };
        var result = FuzzRun.Run(target, target.WorksOnOtherThreads ? options with { SpinLimit = SpinLimit } : options, cancellationToken);

        TestContext.Progress.WriteLine($"{slice.Key}: {result.Accepted} of {result.Inputs} accepted, at most {result.LargestAllocation / 1024} KiB for one");
        Assert.That(result.Finding, Is.Null);
        Assert.That(result.Inputs, Is.EqualTo(slice.Value));
        // Inputs that are all refused, or all accepted, would show nothing of the other kind.
        Assert.That(result.Accepted, Is.InRange(slice.Value / 50, slice.Value * 49 / 50));
    }

    [Test]
    public void Every_target_has_its_slice() => Assert.That(Slices.Keys, Is.EquivalentTo(FuzzTargets.Names));
}
