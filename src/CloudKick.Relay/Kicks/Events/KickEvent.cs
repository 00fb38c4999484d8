namespace CloudKick.Relay.Kicks.Events;

/// <summary>Something that happened to a kick, as it is stored.</summary>
internal sealed record KickEvent
{
    public required long EventId { get; init; }

    /// <summary>
    /// <c>accepted</c>, <c>attempt</c>, <c>attempt_unknown</c>, <c>attempt_not_sent</c>, <c>published</c>, <c>delivered</c>, <c>refused</c>;
    /// final: <c>connected</c>, <c>expired</c>, <c>cancelled</c>, <c>failed</c>.
    /// </summary>
    public required string Event { get; init; }

    public required DateTime At { get; init; }

    /// <summary>The node that brought it about; null when none did.</summary>
    public string? Node { get; init; }

    public string? Detail { get; init; }

    public bool IsFinal => Event is "connected" or "expired" or "cancelled" or "failed";
}

/// <summary>Something that happened to a kick.</summary>
/// <param name="KickId">The kick.</param>
/// <param name="Event">
/// <c>accepted</c>, <c>attempt</c> (published once more), <c>attempt_unknown</c> and <c>attempt_not_sent</c> (an attempt failed),
/// <c>published</c>, <c>delivered</c>, <c>refused</c> (by the terminal); final: <c>connected</c>, <c>expired</c>, <c>cancelled</c>,
/// <c>failed</c>.
/// </param>
/// <param name="At">When, UTC.</param>
/// <param name="AfterMilliseconds">How long after the kick was accepted, in milliseconds.</param>
/// <param name="Detail">More about it, in English.</param>
public sealed record KickEventAnswer(string KickId, string Event, DateTimeOffset At, double AfterMilliseconds, string? Detail);
