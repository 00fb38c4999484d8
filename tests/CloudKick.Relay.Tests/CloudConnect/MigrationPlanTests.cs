using CloudKick.Relay.CloudConnect;
using CloudKick.Relay.Terminals;

namespace CloudKick.Relay.Tests.CloudConnect;

internal sealed class MigrationPlanTests
{
    [TestCaseSource(typeof(PlanSamples), nameof(PlanSamples.Places))]
    public void A_terminal_is_at_the_first_step_that_it_lacks(object evidence, object step, string outcome)
    {
        var place = ((PlanEvidence)evidence).Evaluate();

        Assert.That((place.Step, place.Outcome), Is.EqualTo(((PlanStep)step, outcome)));
    }

    [Test]
    public void A_terminal_that_connects_has_the_firmware_for_it() =>
        Assert.That((PlanSamples.Tested with { FirmwareVersion = null }).Evaluate().Step, Is.EqualTo(PlanStep.Close));

    [Test]
    public void The_till_waits_for_the_last_terminal()
    {
        var plan = PlanSamples.Plan(
            PlanSamples.Tested with { TerminalId = "A", HasConnected = false, SessionAt = null },
            PlanSamples.Tested with { TerminalId = "B", OldRequestAt = PlanSamples.Now });

        var till = plan.Steps.Single(step => step.Step == PlanStep.Till);
        Assert.That(plan.Current, Is.EqualTo(PlanStep.Installation));
        Assert.That((till.Status, till.BlockedBy), Is.EqualTo((PlanStatus.Waiting, (PlanStep?)PlanStep.Installation)));
        Assert.That(plan.Terminals.Select(terminal => (terminal.Evidence.TerminalId, terminal.Step, terminal.Status)), Is.EqualTo(new[]
        {
            ("A", PlanStep.Installation, PlanStatus.Now), ("B", PlanStep.Till, PlanStatus.Waiting),
        }));
    }

    [Test]
    public void Terminals_go_their_way_one_by_one_until_the_till()
    {
        var plan = PlanSamples.Plan(PlanSamples.Tested with { Whitelisted = false }, PlanSamples.Tested with { ConnectMode = ConnectMode.CloudConnect1 });

        Assert.That(plan.Steps.Select(step => step.Status), Is.EqualTo(new[]
        {
            PlanStatus.Now, PlanStatus.Waiting, PlanStatus.Waiting, PlanStatus.Now, PlanStatus.Waiting, PlanStatus.Waiting, PlanStatus.Waiting,
        }));
        Assert.That(plan.Steps.Select(step => step.Past), Is.EqualTo(new[] { 1, 1, 1, 0, 0, 0, 0 }));
    }

    [Test]
    public void When_all_terminals_are_ready_the_till_is_next_and_then_the_test_and_the_end()
    {
        var untouched = PlanSamples.Tested with { OldRequestAt = PlanSamples.Now };

        Assert.That(PlanSamples.Plan(untouched, PlanSamples.Tested).Current, Is.EqualTo(PlanStep.Till));
        Assert.That(PlanSamples.Plan(PlanSamples.Tested with { SessionAt = null }, PlanSamples.Tested).Current, Is.EqualTo(PlanStep.Test));
        Assert.That(PlanSamples.Plan(PlanSamples.Tested).Current, Is.EqualTo(PlanStep.Close));
    }

    [Test]
    public void Terminals_that_are_on_2_are_done_and_so_is_the_plan()
    {
        var plan = PlanSamples.Plan(PlanSamples.Tested with { ConnectMode = ConnectMode.CloudConnect2 });

        Assert.That((plan.Current, plan.Total, plan.OnCloudConnect1, plan.Open), Is.EqualTo((PlanStep.Done, 1, 0, 0)));
        Assert.That(plan.Steps.Select(step => step.Status), Is.All.EqualTo(PlanStatus.Done));
    }

    [Test]
    public void A_page_has_some_of_the_terminals_and_the_counts_of_all()
    {
        var plan = PlanSamples.Plan(
            new PlanSelection(PlanStep.Close, "B", 2),
            [.. "ABCDEF".Select(id => PlanSamples.Tested with { TerminalId = $"{id}", Whitelisted = id != 'C' })]);

        Assert.That(plan.Terminals.Select(terminal => terminal.Evidence.TerminalId), Is.EqualTo((string[])["D", "E"]));
        Assert.That((plan.Total, plan.Open, plan.OnCloudConnect1), Is.EqualTo((6, 6, 6)));
        Assert.That(plan.Steps.Where(step => step.At > 0).Select(step => (step.Step, step.At)), Is.EqualTo(new[] { (PlanStep.Whitelist, 1), (PlanStep.Close, 5) }));
    }

    [Test]
    public void Terminals_that_are_plainly_done_are_counted_and_so_are_their_management_systems()
    {
        var counts = new PlanCounts(PlanSamples.Everything);
        counts.Add(PlanSamples.Tested);
        counts.AddRest("GrundmasterBE", 30_000);
        counts.AddRest("GrundmasterNL", 1);

        var plan = new MigrationPlan(counts, PlanSamples.Now);

        Assert.That((plan.Total, plan.Open), Is.EqualTo((30_001, 1)));
        Assert.That(plan.ManagementSystems, Is.EqualTo((string[])["GrundmasterBE", "GrundmasterNL"]));
        Assert.That(plan.Steps[^1], Is.EqualTo(new StepStand(PlanStep.Close, PlanStatus.Now, 1, 30_000, null)));
    }

    [Test]
    public void A_merchant_without_terminals_has_nothing_to_do() =>
        Assert.That(PlanSamples.Plan().Current, Is.EqualTo(PlanStep.Done));
}
