using System.Text.RegularExpressions;
using CloudKick.Relay.Diagnosis;
using CloudKick.Relay.Languages;

namespace CloudKick.Relay.Tests.Diagnosis;

internal sealed partial class DiagnosisTextsTests
{
    private static readonly IEnumerable<Evidence> Everything =
        ChecksTests.Faults().Concat(ChecksTests.Mysteries()).Select(data => (Evidence)data.Arguments[0]!).Append(Evidences.Healthy);

    [Test]
    public void Every_finding_has_its_words_in_every_language_and_they_differ()
    {
        foreach (var evidence in Everything)
        {
            var answers = Language.All.Select(language => DiagnosisTexts.Describe(evidence, Checks.Evaluate(evidence), language)).ToList();
            foreach (var checks in answers.Select(answer => answer.Checks))
            {
                Assert.That(checks.Where(check => check.Verdict is not CheckVerdict.Ok).Select(check => check.Fix), Has.None.Null.And.None.Empty);
                Assert.That(checks.SelectMany(check => new[] { check.Evidence, check.Fix ?? "" }), Has.None.Match(Placeholder().ToString()));
            }
            foreach (var check in answers[0].Checks)
                Assert.That(answers.Select(answer => answer.Checks.Single(other => other.Code == check.Code).Evidence), Is.Unique, check.Code);
        }
    }

    [Test]
    public void The_first_problem_is_the_summary()
    {
        var evidence = Evidences.Offline("CONNECTION_LOST") with { IsListed = false };

        var answer = DiagnosisTexts.Describe(evidence, Checks.Evaluate(evidence), Language.Default);

        Assert.That((answer.Verdict, answer.Cause, answer.Summary), Is.EqualTo((CheckVerdict.Problem, "whitelist", answer.Checks[0].Evidence)));
    }

    [Test]
    public void A_fix_is_in_the_manuals_own_terms()
    {
        var evidence = Evidences.Healthy with { Kicks = [Evidences.Kick()] };

        var dutch = DiagnosisTexts.Describe(evidence, Checks.Evaluate(evidence), Language.Find("nl-NL")!);

        Assert.That(dutch.Checks.Single(check => check.Code == "session").Fix, Does.StartWith("Staat Flat-outgoing aan in de betaalterminal?").And.Contain("tas.example:5555"));
    }

    [GeneratedRegex(@"\{\d")]
    private static partial Regex Placeholder();
}
