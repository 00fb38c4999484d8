namespace CloudKick.Relay.CloudConnect;

/// <summary>A merchant's way from Cloud Connect 1.0 to 2.0, as it stands at one moment. Pure: made of what was counted alone.</summary>
internal sealed class MigrationPlan
{
    /// <param name="counts">The merchant's terminals.</param>
    /// <param name="now">When the evidence was gathered.</param>
    public MigrationPlan(PlanCounts counts, DateTime now)
    {
        (Now, Total, OnCloudConnect1, Open) = (now, counts.Total, counts.OnCloudConnect1, counts.Total - counts.At(PlanStep.Done));
        ManagementSystems = [.. counts.ManagementSystems];
        Steps = [.. PlanSteps.All.Select(step => Stand(step, counts))];
        Terminals = [.. counts.Wanted.Select(terminal => terminal with { Status = Steps[(int)terminal.Step].Status })];
        Current = Steps.FirstOrDefault(step => step.Status == PlanStatus.Now)?.Step ?? PlanStep.Done;
    }

    /// <summary>When the evidence was gathered.</summary>
    public DateTime Now { get; }

    /// <summary>The merchant's terminals.</summary>
    public int Total { get; }

    /// <summary>Terminals that are not on 2.0 alone.</summary>
    public int OnCloudConnect1 { get; }

    /// <summary>Terminals that are not done.</summary>
    public int Open { get; }

    /// <summary>The management systems of the merchant's terminals: what its till is to name.</summary>
    public IReadOnlyList<string> ManagementSystems { get; }

    /// <summary>Every step, in order.</summary>
    public IReadOnlyList<StepStand> Steps { get; }

    /// <summary>Of the terminals that are not done those that are wanted, by id, each at the step that it lacks.</summary>
    public IReadOnlyList<PlanTerminal> Terminals { get; }

    /// <summary>The first step that can be done now; <see cref="PlanStep.Done"/> when none is left.</summary>
    public PlanStep Current { get; }

    private static StepStand Stand(PlanStep step, PlanCounts counts)
    {
        var (at, past) = (counts.At(step), counts.Past(step));
        if (at + past == counts.Total && at == 0)
            return new(step, PlanStatus.Done, at, past, null);
        // Terminals go their way one by one, and the till follows when the last of them is ready: website and terminal must speak the same.
        var blocked = at == 0 || (step == PlanStep.Till && at + past < counts.Total);
        return blocked
            ? new(step, PlanStatus.Waiting, at, past, counts.First)
            : new(step, PlanStatus.Now, at, past, null);
    }
}

/// <summary>How a step stands.</summary>
/// <param name="Step">The step.</param>
/// <param name="Status">Whether it is done, can be done, or must wait.</param>
/// <param name="At">Terminals that lack it first.</param>
/// <param name="Past">Terminals that are past it.</param>
/// <param name="BlockedBy">The first step that is in its way; null: none.</param>
internal sealed record StepStand(PlanStep Step, PlanStatus Status, int At, int Past, PlanStep? BlockedBy);

/// <summary>A terminal at a step.</summary>
internal sealed record PlanTerminal(PlanEvidence Evidence, PlanStep Step, string Outcome, object[] Facts)
{
    public PlanTerminal(PlanEvidence evidence, (PlanStep Step, string Outcome, object[] Facts) place)
        : this(evidence, place.Step, place.Outcome, place.Facts)
    {
    }

    /// <summary>Whether the step can be done for it now.</summary>
    public PlanStatus Status { get; init; } = PlanStatus.Done;
}
