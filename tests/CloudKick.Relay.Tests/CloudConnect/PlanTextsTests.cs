using CloudKick.Relay.CloudConnect;
using CloudKick.Relay.Database;
using CloudKick.Relay.Languages;

namespace CloudKick.Relay.Tests.CloudConnect;

internal sealed class PlanTextsTests
{
    private static readonly MerchantId Merchant = new(Guid.Empty);

    [TestCaseSource(typeof(PlanSamples), nameof(PlanSamples.Places))]
    public void Every_place_has_its_words_in_every_language_and_they_differ(object evidence, object step, string outcome)
    {
        var plan = PlanSamples.Plan((PlanEvidence)evidence);

        var answers = Language.All.Select(language => PlanTexts.Describe(Merchant, plan, language, PlanSamples.Everything.Limit)).ToList();

        Assert.That(answers.Select(answer => answer.Summary), Is.Unique);
        Assert.That(answers.SelectMany(Texts), Has.None.Null.And.None.Empty.And.None.Match(@"\{\d"));
        for (var i = 0; i < answers[0].Terminals.Count; i++)
            Assert.That(answers.Select(answer => answer.Terminals[i].Evidence), Is.Unique, $"{step} {outcome}");
        Assert.That(answers.Select(answer => answer.Steps[^1].Title), Is.Unique);
    }

    [Test]
    public void A_waiting_step_says_what_it_waits_for_in_the_manuals_terms()
    {
        var plan = PlanSamples.Plan(PlanSamples.Tested with { HasConnected = false, SessionAt = null });

        var dutch = PlanTexts.Describe(Merchant, plan, Language.Find("nl")!, PlanSamples.Everything.Limit);

        Assert.That(dutch.Steps.Single(step => step.Step == PlanStep.Till).Block, Is.EqualTo("Wacht op: TMS-parameters en hardware-installatie."));
        Assert.That(dutch.Steps.Single(step => step.Step == PlanStep.Installation).Todo, Does.Contain("alleen contact TMS is niet voldoende"));
        Assert.That(dutch.Steps.Single(step => step.Step == PlanStep.Till).Todo, Does.Contain("GrundmasterNL").And.Contain("08900000002"));
        Assert.That(dutch.Terminals.Single().Todo, Does.Contain("NL-CAT"));
    }

    private static IEnumerable<string> Texts(MigrationPlanAnswer answer) =>
        [answer.Summary, .. answer.Steps.SelectMany(step => new[] { step.Title, step.Todo ?? "-", step.Block ?? "-" }), .. answer.Terminals.SelectMany(terminal => new[] { terminal.Evidence, terminal.Todo })];
}
