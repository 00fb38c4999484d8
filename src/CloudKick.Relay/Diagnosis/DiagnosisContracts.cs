namespace CloudKick.Relay.Diagnosis;

/// <summary>The checklist of the manual, evaluated for one terminal.</summary>
/// <param name="TerminalId">The terminal.</param>
/// <param name="Verdict"><c>problem</c> when a check found one; <c>ok</c> when the terminal can be reached as far as is known; else <c>unknown</c>.</param>
/// <param name="Cause">The code of the first check that found a problem: what to mend first. Null without a problem.</param>
/// <param name="Summary">The cause, or that there is none, in a sentence.</param>
/// <param name="Language">The language of the texts: <c>en</c>, <c>nl</c>, <c>fr</c> or <c>de</c>.</param>
/// <param name="CheckedAt">When the evidence was gathered.</param>
/// <param name="Checks">Every check, in the order in which a kick meets them.</param>
internal sealed record DiagnosisAnswer(
    string TerminalId, CheckVerdict Verdict, string? Cause, string Summary, string Language, DateTime CheckedAt, IReadOnlyList<CheckAnswer> Checks);

/// <summary>One line of the checklist.</summary>
/// <param name="Code">
/// <c>whitelist</c>, <c>connect-mode</c>, <c>management-system</c>, <c>firmware</c>, <c>installation</c>, <c>connection</c>,
/// <c>subscription</c>, <c>session</c> or <c>network</c>.
/// </param>
/// <param name="Outcome">Which of the check's outcomes it is: stable, for programs.</param>
/// <param name="Title">What was checked.</param>
/// <param name="Verdict">How it is.</param>
/// <param name="Evidence">What shows it.</param>
/// <param name="Fix">What to do, in the manual's terms; null when all is well.</param>
internal sealed record CheckAnswer(string Code, string Outcome, string Title, CheckVerdict Verdict, string Evidence, string? Fix);
