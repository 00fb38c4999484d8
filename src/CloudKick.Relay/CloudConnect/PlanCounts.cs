namespace CloudKick.Relay.CloudConnect;

/// <summary>Which of the terminals that are not done are wanted: a page of them.</summary>
/// <param name="Step">Those at this step; null: at any.</param>
/// <param name="After">Those behind this id; null: from the first on.</param>
/// <param name="Limit">How many at most.</param>
internal sealed record PlanSelection(PlanStep? Step, string? After, int Limit);

/// <summary>
/// How many of a merchant's terminals are at each step, and those that are wanted. Takes them one by one and keeps no others, however many a
/// merchant has. Not thread-safe.
/// </summary>
internal sealed class PlanCounts(PlanSelection wanted)
{
    private readonly int[] _at = new int[(int)PlanStep.Done + 1];
    private readonly SortedDictionary<string, int> _ofManagementSystem = new(StringComparer.Ordinal);
    private readonly List<PlanTerminal> _wanted = [];

    /// <summary>All terminals that were counted.</summary>
    public int Total => _at.Sum();

    /// <summary>Those of them that are not on 2.0 alone.</summary>
    public int OnCloudConnect1 { get; private set; }

    /// <summary>Their management systems, by name.</summary>
    public IReadOnlyCollection<string> ManagementSystems => _ofManagementSystem.Keys;

    /// <summary>The terminals that are wanted, in the order in which they came.</summary>
    public IReadOnlyList<PlanTerminal> Wanted => _wanted;

    /// <summary>How many are at a step.</summary>
    public int At(PlanStep step) => _at[(int)step];

    /// <summary>How many have got further than a step.</summary>
    public int Past(PlanStep step) => _at.Skip((int)step + 1).Sum();

    /// <summary>The first step that some are at; <see cref="PlanStep.Done"/> when all are done.</summary>
    public PlanStep First => Enum.GetValues<PlanStep>().FirstOrDefault(step => At(step) > 0, PlanStep.Done);

    /// <summary>Counts a terminal. They come by id, as ordinals go.</summary>
    public void Add(PlanEvidence terminal)
    {
        var place = terminal.Evaluate();
        _at[(int)place.Step]++;
        _ofManagementSystem[terminal.ManagementSystemId] = _ofManagementSystem.GetValueOrDefault(terminal.ManagementSystemId) + 1;
        if (terminal.ConnectMode != Terminals.ConnectMode.CloudConnect2)
            OnCloudConnect1++;
        if (IsWanted(terminal, place.Step))
            _wanted.Add(new PlanTerminal(terminal, place));
    }

    /// <summary>Counts the other terminals of a management system as done: those that were not looked at, after all that were.</summary>
    /// <param name="managementSystemId">Which.</param>
    /// <param name="all">How many terminals the merchant has there.</param>
    public void AddRest(string managementSystemId, int all)
    {
        var looked = _ofManagementSystem.GetValueOrDefault(managementSystemId);
        // Fewer than were looked at: one has come since they were counted.
        _at[(int)PlanStep.Done] += Math.Max(0, all - looked);
        _ofManagementSystem[managementSystemId] = Math.Max(all, looked);
    }

    private bool IsWanted(PlanEvidence terminal, PlanStep step) =>
        step != PlanStep.Done && _wanted.Count < wanted.Limit && (wanted.Step ?? step) == step && string.CompareOrdinal(terminal.TerminalId, wanted.After) > 0;
}
