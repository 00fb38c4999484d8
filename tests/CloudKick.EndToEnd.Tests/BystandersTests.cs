using System.Diagnostics;
using System.Globalization;
using CloudKick.Testing;

namespace CloudKick.EndToEnd.Tests;

/// <summary>What excuses a figure must not be the test's own work.</summary>
[CancelAfter(60_000)]
internal sealed class BystandersTests
{
    // Some tenths of a second in a shell's shell, which tells at its end what it took, as "0m0.310s 0m0.004s" (POSIX, times).
    private const string Work = "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; times'; true";

    [Test]
    public async Task What_this_process_started_is_no_bystander_though_it_has_ended(CancellationToken cancellationToken)
    {
        var before = ProcessUsage.CpuSecondsOfFamily(Environment.ProcessId);

        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Work]) { RedirectStandardOutput = true })!;
        var told = await shell.StandardOutput.ReadToEndAsync(cancellationToken);
        await shell.WaitForExitAsync(cancellationToken);

        var took = double.Parse(told[(told.IndexOf('m', StringComparison.Ordinal) + 1)..told.IndexOf('s', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
        Assert.That(took, Is.GreaterThan(0.05));
        Assert.That(ProcessUsage.CpuSecondsOfFamily(Environment.ProcessId) - before, Is.GreaterThanOrEqualTo(took - 0.03), "the kernel counts in hundredths");
    }

    [Test]
    public void Bystanders_have_a_share_of_the_machine()
    {
        var bystanders = new Bystanders();

        Assert.That(bystanders.Share, Is.InRange(0, 1));
        Assert.That(ProcessUsage.CpuSecondsOfMachine(), Is.GreaterThan(ProcessUsage.CpuSecondsOfFamily(Environment.ProcessId)));
    }
}
