using CloudKick.Fuzzing.Engine;

namespace CloudKick.Fuzzing.Tests;

/// <summary>A slice of each target's inputs, the same in every run; `tests/CloudKick.Fuzzing` has the millions.</summary>
[CancelAfter(240_000)]
internal sealed class SliceTests
{
    private const ulong Seed = 20261121;

    // Other tests share the process.
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
    public void Nothing_that_strangers_send_is_a_fault(KeyValuePair<string, int> slice, CancellationToken cancellationToken)
    {
        using var target = FuzzTargets.Create(slice.Key);

        var result = FuzzRun.Run(target, new FuzzOptions { Seed = Seed, Inputs = slice.Value, SpinLimit = SpinLimit }, cancellationToken);

        Assert.That(result.Finding, Is.Null);
        Assert.That(result.Inputs, Is.EqualTo(slice.Value));
        // Inputs that are all refused, or all accepted, would show nothing of the other kind.
        Assert.That(result.Accepted, Is.InRange(slice.Value / 50, slice.Value * 49 / 50));
    }

    [Test]
    public void Every_target_has_its_slice() => Assert.That(Slices.Keys, Is.EquivalentTo(FuzzTargets.Names));
}
