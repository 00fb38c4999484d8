using System.Text.Json.Serialization;

namespace CloudKick.Cli.Doctor;

/// <summary>A line of the doctor's report.</summary>
/// <param name="Check">What was checked: <c>dns</c>, <c>tcp</c> …; stable, for scripts.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Evidence">What was seen; of a check that was not tried, why not.</param>
/// <param name="Fix">What to do about it; null when there is nothing to do.</param>
internal sealed record Finding(string Check, Verdict Verdict, string Evidence, string? Fix = null)
{
    /// <summary>Whether what needs this may go on.</summary>
    [JsonIgnore]
    public bool Holds => Verdict is Verdict.Ok or Verdict.Warning;

    public static Finding Ok(string check, string evidence) => new(check, Verdict.Ok, evidence);

    public static Finding Warning(string check, string evidence, string fix) => new(check, Verdict.Warning, evidence, fix);

    public static Finding Failed(string check, string evidence, string fix) => new(check, Verdict.Failed, evidence, fix);

    public static Finding NotTried(string check, string because) => new(check, Verdict.NotTried, because);
}
