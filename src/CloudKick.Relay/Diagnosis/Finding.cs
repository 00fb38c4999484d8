namespace CloudKick.Relay.Diagnosis;

/// <summary>What one check found, before it is put into words.</summary>
/// <param name="Code">The check: stable, for programs.</param>
/// <param name="Verdict">How it is.</param>
/// <param name="Outcome">Which of the check's outcomes; its evidence and fix are texts under <c>Code.Outcome</c>.</param>
/// <param name="Facts">What the texts are filled in with: times, names, counts.</param>
internal sealed record Finding(string Code, CheckVerdict Verdict, string Outcome, params object[] Facts)
{
    public static Finding Ok(string code, string outcome, params object[] facts) => new(code, CheckVerdict.Ok, outcome, facts);

    public static Finding Problem(string code, string outcome, params object[] facts) => new(code, CheckVerdict.Problem, outcome, facts);

    public static Finding Unknown(string code, string outcome, params object[] facts) => new(code, CheckVerdict.Unknown, outcome, facts);
}
