using CloudKick.Cli.Doctor;
using CloudKick.Cli.Doctor.Network;
using CloudKick.Testing.Certificates;

namespace CloudKick.Cli.Tests.Doctor;

internal sealed class TasCheckTests
{
    [Test, CancelAfter(30_000)]
    public async Task A_tas_asks_who_is_there(CancellationToken cancellationToken)
    {
        await using var tas = Tas.Start();

        Assert.That(await LookAsync(tas, cancellationToken), Has.Property(nameof(Finding.Verdict)).EqualTo(Verdict.Ok).And.Property(nameof(Finding.Evidence)).Contains("plain TCP"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_tas_with_tls_is_asked_for_its_certificate(CancellationToken cancellationToken)
    {
        using var authority = new TestCertificates();
        await using var tas = Tas.StartTls(authority.IssueServer());

        var trusted = await new TasCheck(new TasTarget("localhost", tas.Port, Tls: true, authority.Roots), TimeProvider.System).LookAsync(cancellationToken);
        var strange = await new TasCheck(new TasTarget("localhost", tas.Port, Tls: true, Roots: null), TimeProvider.System).LookAsync(cancellationToken);

        Assert.That(trusted.Verdict, Is.EqualTo(Verdict.Ok), trusted.Evidence);
        Assert.That(strange.Verdict, Is.EqualTo(Verdict.Failed), strange.Evidence);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_tas_that_is_silent_is_a_warning(CancellationToken cancellationToken)
    {
        await using var tas = LyingServer.Silent();

        var finding = await LookAsync(tas, cancellationToken);

        Assert.That(finding.Verdict, Is.EqualTo(Verdict.Warning));
        Assert.That(finding.Evidence, Does.Contain("silent"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_connection_that_is_closed_at_once_fails(CancellationToken cancellationToken)
    {
        await using var tas = LyingServer.OverTcp((_, _) => Task.CompletedTask);

        Assert.That((await LookAsync(tas, cancellationToken)).Verdict, Is.EqualTo(Verdict.Failed));
    }

    [Test, CancelAfter(30_000)]
    public async Task Another_service_is_no_tas(CancellationToken cancellationToken)
    {
        await using var tas = LyingServer.OverTcp(async (stream, stopping) =>
        {
            await stream.WriteAsync("220 mail.example ESMTP\r\n"u8.ToArray(), stopping);
            await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, stopping);
        });

        var finding = await LookAsync(tas, cancellationToken);

        Assert.That(finding.Verdict, Is.EqualTo(Verdict.Failed));
        Assert.That(finding.Evidence, Does.Contain("not as a TAS"));
    }

    private static Task<Finding> LookAsync(LyingServer tas, CancellationToken cancellationToken) =>
        new TasCheck(new TasTarget("localhost", tas.Port, Tls: false, Roots: null), TimeProvider.System).LookAsync(cancellationToken);
}
