using System.Globalization;
using System.Resources;
using CloudKick.Relay.Times;

namespace CloudKick.Relay.Diagnosis;

/// <summary>Puts findings into words, in the manual's terms. Thread-safe.</summary>
internal static class DiagnosisTexts
{
    private static readonly ResourceManager Texts = new(typeof(DiagnosisTexts));

    /// <summary>The answer to whoever asked.</summary>
    /// <param name="evidence">What was looked at.</param>
    /// <param name="findings">What was found.</param>
    /// <param name="language">One that <see cref="Languages.Language.All"/> has.</param>
    /// <param name="zone">The time zone of the texts' moments, where the reader is told which; null: UTC, and each says so.</param>
    public static DiagnosisAnswer Describe(Evidence evidence, IReadOnlyList<Finding> findings, CultureInfo language, TimeZoneInfo? zone = null)
    {
        var cause = findings.FirstOrDefault(finding => finding.Verdict is CheckVerdict.Problem);
        var verdict = cause is not null ? CheckVerdict.Problem
            : findings.Any(finding => finding is { Code: Checks.Connection or Checks.Session, Verdict: CheckVerdict.Ok }) ? CheckVerdict.Ok
            : CheckVerdict.Unknown;
        var summary = cause is not null ? Text($"{cause.Code}.{cause.Outcome}.evidence", language, MomentText.WrittenOut(cause.Facts, zone, language))
            : Text(verdict is CheckVerdict.Ok ? "summary.ok" : "summary.unknown", language, []);
        return new DiagnosisAnswer(
            evidence.Terminal.TerminalId, verdict, cause?.Code, summary, language.Name, evidence.Now,
            [.. findings.Select(finding => Describe(finding, language, MomentText.WrittenOut(finding.Facts, zone, language)))]);
    }

    private static CheckAnswer Describe(Finding finding, CultureInfo language, object[] facts) => new(
        finding.Code,
        finding.Outcome,
        Text($"{finding.Code}.title", language, []),
        finding.Verdict,
        Text($"{finding.Code}.{finding.Outcome}.evidence", language, facts),
        finding.Verdict is CheckVerdict.Ok ? null : Text($"{finding.Code}.{finding.Outcome}.fix", language, facts));

    private static string Text(string key, CultureInfo language, object[] facts) =>
        string.Format(language, Texts.GetString(key, language) ?? throw new MissingManifestResourceException($"There is no text {key}."), facts);
}
