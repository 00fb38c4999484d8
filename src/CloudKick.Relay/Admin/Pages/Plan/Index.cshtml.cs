using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.CloudConnect;
using CloudKick.Relay.Languages;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>A merchant's way from Cloud Connect 1.0 to 2.0: the steps in their order, and each terminal at the one that it lacks.</summary>
[RequireScope(Scopes.TerminalsRead)]
internal sealed class PlanPage(MigrationPlanner planner, IOptions<PageOptions> options) : MerchantPage
{
    public override string Title => "Plan.Title";

    /// <summary>The plan, with the terminals of this page that are not done.</summary>
    public MigrationPlanAnswer Plan { get; private set; } = null!;

    /// <summary>The step whose terminals are shown; null: all that are not done.</summary>
    public PlanStepAnswer? Step { get; private set; }

    public Paging Paging { get; private set; } = new(null, null);

    public async Task<IActionResult> OnGetAsync(string? step, string? after, CancellationToken cancellationToken)
    {
        var wanted = new PlanSelection(PlanSteps.Find(step), TerminalId.IsWellFormed(after) ? after : null, Paging.Size + 1);
        if (await planner.PlanAsync(Merchant.Id, byOperator: false, wanted, cancellationToken) is not { } plan)
            return NotFound();
        Paging = Paging.Of(plan.Terminals, terminal => terminal.Evidence.TerminalId, Request, new() { ["step"] = wanted.Step is null ? null : step }, out _);
        Plan = PlanTexts.Describe(Merchant.Id, plan, Language.Current, Paging.Size, options.Value.Zone);
        Step = Plan.Steps.FirstOrDefault(one => one.Step == wanted.Step);
        return Page();
    }

    /// <summary>A step's name.</summary>
    public string TitleOf(PlanTerminalAnswer terminal) => Plan.Steps.First(step => step.Step == terminal.Step).Title;

    /// <summary>The tone of a status.</summary>
    public static string? Tone(PlanStatus status) => status switch { PlanStatus.Done => "good", PlanStatus.Now => "warn", _ => null };
}
