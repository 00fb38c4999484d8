using CloudKick.Cli.CommandLine;
using Spectre.Console;

namespace CloudKick.Cli.Doctor;

/// <summary>Shows findings as they come: for people in columns, else one line of JSON each.</summary>
internal sealed class Report(Screen screen)
{
    private const int CheckWidth = 14;

    private static readonly int VerdictWidth = Word(Verdict.NotTried).Length;

    private int _failed;
    private int _warnings;

    public int ExitCode => _failed > 0 ? CommandLine.ExitCode.Failed : CommandLine.ExitCode.Done;

    public void Add(Finding finding)
    {
        _failed += finding.Verdict == Verdict.Failed ? 1 : 0;
        _warnings += finding.Verdict == Verdict.Warning ? 1 : 0;
        screen.Result(finding, people => Write(people, finding));
    }

    /// <summary>What all findings together come to, for people.</summary>
    public void End()
    {
        if (screen.IsJson)
            return;
        screen.People.WriteLine();
        screen.People.WriteLine((_failed, _warnings) switch
        {
            (0, 0) => "Nothing is wrong with what was tried.",
            (0, var warnings) => $"It works; {Count(warnings, "warning")}.",
            (var failed, 0) => $"{Count(failed, "check")} failed: begin with the first.",
            (var failed, var warnings) => $"{Count(failed, "check")} failed, {Count(warnings, "warning")}: begin with the first that failed.",
        });
    }

    private static void Write(IAnsiConsole people, Finding finding)
    {
        var colour = finding.Verdict switch
        {
            Verdict.Ok => "green",
            Verdict.Failed => "red",
            Verdict.Warning => "yellow",
            _ => "grey",
        };
        var because = finding.Verdict == Verdict.NotTried ? "because " : "";
        new VerdictLines(people, VerdictWidth, CheckWidth).Write(Word(finding.Verdict), colour, finding.Check, because + finding.Evidence, "fix", finding.Fix);
    }

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "ok",
        Verdict.Warning => "warning",
        Verdict.Failed => "failed",
        _ => "not tried",
    };

    private static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";
}
