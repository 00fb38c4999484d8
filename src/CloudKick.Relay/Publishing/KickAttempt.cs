using CloudKick.Relay.Kicks;

namespace CloudKick.Relay.Publishing;

/// <summary>One attempt to publish a kick, under a lease of this node.</summary>
internal sealed record KickAttempt
{
    public required KickId Kick { get; init; }

    public required string TerminalId { get; init; }

    /// <summary>1 for the first; an older attempt's outcome does not count any more.</summary>
    public required int Number { get; init; }

    public required string TopicTemplate { get; init; }

    public required string SubscriptionTopic { get; init; }

    public required string AccessProtocol { get; init; }

    public string? TraceParent { get; init; }

    /// <summary>
    /// Whether to try on when the cloud says that the terminal is offline: the caller wants it, or (of a later attempt, when that is not
    /// known any more) the kick was not ended for it before.
    /// </summary>
    public bool TryOffline { get; init; }

    /// <summary>When the kick was accepted, by PostgreSQL's clock.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>The kick's deadline, by PostgreSQL's clock.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What was left of the kick's life at <see cref="LeasedTimestamp"/>.</summary>
    public required TimeSpan RemainingWhenLeased { get; init; }

    /// <summary>
    /// When the lease was asked for, on this node's monotonic clock. Taken before the question, so what is computed from it is never
    /// more than what is really left, whatever this node's wall clock says.
    /// </summary>
    public required long LeasedTimestamp { get; init; }

    /// <summary>When the database had answered that it may be published, on this node's monotonic clock.</summary>
    public required long CheckedTimestamp { get; init; }

    /// <summary>The turn that was kept for it, if any; whoever makes the attempt disposes of it.</summary>
    public ReservedTurn? Turn { get; init; }
}

/// <summary>How an attempt ended, and so which side failed.</summary>
internal enum AttemptOutcome
{
    /// <summary>The broker acknowledged: it has the kick. The terminal may not.</summary>
    Acknowledged,

    /// <summary>The terminal itself acknowledged.</summary>
    Delivered,

    /// <summary>Surely no byte of it reached the broker, or the broker said that it did not take it: try again.</summary>
    NotSent,

    /// <summary>It may have reached the broker: the connection ended or the time passed before the acknowledgement.</summary>
    Unknown,

    /// <summary>The broker refused it for good: another try would be refused too.</summary>
    Refused,

    /// <summary>The cloud says that the terminal is not connected now; nothing was sent.</summary>
    Offline,
}

/// <summary>An attempt's outcome with what an operator needs to know.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Detail">For the operator.</param>
/// <param name="Denial">Whether a policy of the cloud is, or seems to be, what forbids it.</param>
/// <param name="Cause">Of a denial: which permission which policy likely lacks; null: the relay's, to publish to the kick's topic.</param>
internal readonly record struct AttemptResult(AttemptOutcome Outcome, string? Detail = null, Denial Denial = Denial.None, string? Cause = null);

/// <summary>How the cloud shows that a policy forbids a publish.</summary>
internal enum Denial
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>By its answer.</summary>
    Said,

    /// <summary>It ended the connection before it acknowledged, and gave no other reason.</summary>
    Closed,
}
