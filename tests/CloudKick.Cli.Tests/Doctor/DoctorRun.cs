namespace CloudKick.Cli.Tests.Doctor;

/// <summary>A run of the doctor with <c>--json</c>, read back.</summary>
internal sealed class DoctorRun
{
    private readonly Invocation _run;

    private DoctorRun(Invocation run) => _run = run;

    public int ExitCode => _run.ExitCode;

    /// <summary>All that was written, to both streams.</summary>
    public string Written => _run.Out + _run.Error;

    /// <summary>Each line as <c>check verdict</c>.</summary>
    public IReadOnlyList<string> Verdicts =>
        [.. _run.JsonLines.Select(line => $"{line.GetProperty("check").GetString()} {line.GetProperty("verdict").GetString()}")];

    public static async Task<DoctorRun> OfAsync(string subject, string[] options, CancellationToken cancellationToken, params (string Name, string Value)[] variables)
    {
        var run = await Invocation.RunAsync(["doctor", subject, "--json", .. options], cancellationToken, variables);
        Assert.That(run.ExitCode, Is.EqualTo(Cli.CommandLine.ExitCode.Done).Or.EqualTo(Cli.CommandLine.ExitCode.Failed), run.Error);
        return new(run);
    }

    public string Verdict(string check) => Text(check, "verdict")!;

    public string Evidence(string check) => Text(check, "evidence")!;

    /// <summary>Empty where there is none.</summary>
    public string Fix(string check) => Text(check, "fix") ?? "";

    private string? Text(string check, string property) =>
        _run.JsonLines.Single(line => line.GetProperty("check").GetString() == check).TryGetProperty(property, out var value) ? value.GetString() : null;
}
