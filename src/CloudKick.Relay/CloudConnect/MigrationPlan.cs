namespace CloudKick.Relay.CloudConnect;

/// <summary>A merchant's way from Cloud Connect 1.0 to 2.0, as it stands at one moment. Pure: made of evidence alone.</summary>
internal sealed class MigrationPlan
{
    private static readonly PlanStep[] AllSteps = [.. Enum.GetValues<PlanStep>().Where(step => step != PlanStep.Done)];

    /// <param name="evidence">The merchant's terminals, by id.</param>
    /// <param name="isWhole">Whether these are all of them.</param>
    /// <param name="now">When the evidence was gathered.</param>
    public MigrationPlan(IReadOnlyList<PlanEvidence> evidence, bool isWhole, DateTime now)
    {
        (IsWhole, Now, Total) = (isWhole, now, evidence.Count);
        OnCloudConnect1 = evidence.Count(terminal => terminal.ConnectMode != Terminals.ConnectMode.CloudConnect2);
        ManagementSystems = [.. evidence.Select(terminal => terminal.ManagementSystemId).Distinct().Order(StringComparer.Ordinal)];
        var places = evidence.Select(terminal => new PlanTerminal(terminal, terminal.Evaluate())).ToList();
        Steps = [.. AllSteps.Select(step => Stand(step, places))];
        Open = [.. places.Where(place => place.Step != PlanStep.Done).Select(place => place with { Status = Steps[(int)place.Step].Status })];
        Current = Steps.FirstOrDefault(step => step.Status == PlanStatus.Now)?.Step ?? PlanStep.Done;
    }

    /// <summary>When the evidence was gathered.</summary>
    public DateTime Now { get; }

    /// <summary>Terminals looked at.</summary>
    public int Total { get; }

    /// <summary>Whether the merchant has no more than these.</summary>
    public bool IsWhole { get; }

    /// <summary>Terminals that are not on 2.0 alone.</summary>
    public int OnCloudConnect1 { get; }

    /// <summary>The management systems of the merchant's terminals: what its till is to name.</summary>
    public IReadOnlyList<string> ManagementSystems { get; }

    /// <summary>Every step, in order.</summary>
    public IReadOnlyList<StepStand> Steps { get; }

    /// <summary>The terminals that are not done, by id, each at the step that it lacks.</summary>
    public IReadOnlyList<PlanTerminal> Open { get; }

    /// <summary>The first step that can be done now; <see cref="PlanStep.Done"/> when none is left.</summary>
    public PlanStep Current { get; }

    private static StepStand Stand(PlanStep step, List<PlanTerminal> places)
    {
        var before = places.Where(place => place.Step < step).ToList();
        var at = places.Count(place => place.Step == step);
        var past = places.Count - before.Count - at;
        if (before.Count == 0 && at == 0)
            return new(step, PlanStatus.Done, past, places.Count, null);
        // Terminals go their way one by one, and the till follows when the last of them is ready: website and terminal must speak the same.
        var blocked = at == 0 || (step == PlanStep.Till && before.Count > 0);
        return blocked
            ? new(step, PlanStatus.Waiting, past, places.Count, before.Min(place => place.Step))
            : new(step, PlanStatus.Now, past, places.Count, null);
    }
}

/// <summary>How a step stands.</summary>
/// <param name="Step">The step.</param>
/// <param name="Status">Whether it is done, can be done, or must wait.</param>
/// <param name="Past">Terminals that are past it.</param>
/// <param name="Of">All terminals.</param>
/// <param name="BlockedBy">The first step that is in its way; null: none.</param>
internal sealed record StepStand(PlanStep Step, PlanStatus Status, int Past, int Of, PlanStep? BlockedBy);

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
