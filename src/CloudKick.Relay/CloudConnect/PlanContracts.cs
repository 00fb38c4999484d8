namespace CloudKick.Relay.CloudConnect;

/// <summary>A merchant's way from Cloud Connect 1.0 to 2.0: the order of steps, what is done, what blocks.</summary>
/// <param name="MerchantId">Whose.</param>
/// <param name="Step">The first step that can be done now; <c>done</c> when nothing is left.</param>
/// <param name="Summary">How far it is, in a sentence.</param>
/// <param name="Language">The language of the texts: <c>en</c>, <c>nl</c>, <c>fr</c> or <c>de</c>.</param>
/// <param name="CheckedAt">When the evidence was gathered.</param>
/// <param name="TerminalCount">The merchant's terminals.</param>
/// <param name="OnCloudConnect1Count">Those of them that are not on 2.0 alone.</param>
/// <param name="Steps">Every step, in order.</param>
/// <param name="Terminals">The terminals that are not done, by id: those of this page, while all else is of all of them.</param>
/// <param name="NextCursor">Send it as <c>cursor</c> for the next page of terminals; null on the last one.</param>
internal sealed record MigrationPlanAnswer(
    Guid MerchantId, PlanStep Step, string Summary, string Language, DateTime CheckedAt, int TerminalCount, int OnCloudConnect1Count,
    IReadOnlyList<PlanStepAnswer> Steps, IReadOnlyList<PlanTerminalAnswer> Terminals, string? NextCursor);

/// <summary>A step of the plan.</summary>
/// <param name="Step"><c>whitelist</c>, <c>firmware</c>, <c>installation</c>, <c>open</c>, <c>till</c>, <c>test</c> or <c>close</c>.</param>
/// <param name="Title">What it is about.</param>
/// <param name="Status"><c>done</c>, <c>now</c>, or <c>waiting</c> for an earlier step.</param>
/// <param name="AtCount">Terminals that lack it, and nothing before it.</param>
/// <param name="DoneCount">Terminals that are past it.</param>
/// <param name="Todo">What to do, in the manual's terms; null when it is done.</param>
/// <param name="BlockedBy">The step that it waits for; null: none.</param>
/// <param name="Block">Why it waits, in a sentence; null when it does not.</param>
internal sealed record PlanStepAnswer(PlanStep Step, string Title, PlanStatus Status, int AtCount, int DoneCount, string? Todo, PlanStep? BlockedBy, string? Block);

/// <summary>A terminal that is not done.</summary>
/// <param name="TerminalId">The terminal.</param>
/// <param name="Label">Its name for people.</param>
/// <param name="ConnectMode"><c>1.0</c>, <c>both</c> or <c>2.0</c>.</param>
/// <param name="Step">The first step that it lacks.</param>
/// <param name="Outcome">Which of the step's outcomes it is: stable, for programs.</param>
/// <param name="Status"><c>now</c>, or <c>waiting</c> until the other terminals have got so far.</param>
/// <param name="Evidence">What shows it.</param>
/// <param name="Todo">What to do.</param>
internal sealed record PlanTerminalAnswer(
    string TerminalId, string Label, string ConnectMode, PlanStep Step, string Outcome, PlanStatus Status, string Evidence, string Todo);
