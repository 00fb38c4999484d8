namespace CloudKick.Terminal;

/// <summary>Something that happened to a terminal; the stream of these is its history.</summary>
/// <param name="TerminalId">The terminal.</param>
/// <param name="At">When, by the terminal's clock.</param>
public abstract record TerminalEvent(string TerminalId, DateTimeOffset At)
{
    /// <summary>The cloud connection is up.</summary>
    public sealed record Connected(string TerminalId, DateTimeOffset At) : TerminalEvent(TerminalId, At);

    /// <summary>The cloud connection is down.</summary>
    /// <param name="TerminalId">The terminal.</param>
    /// <param name="At">When.</param>
    /// <param name="Cause">Why, in words.</param>
    /// <param name="TakenOver">Whether the cloud said that another client connected with this one's id.</param>
    public sealed record Disconnected(string TerminalId, DateTimeOffset At, string Cause, bool TakenOver) : TerminalEvent(TerminalId, At);

    /// <summary>A message came on a subscribed topic.</summary>
    /// <param name="TerminalId">The terminal.</param>
    /// <param name="At">When.</param>
    /// <param name="KickId">The kick it carries; null when it cannot be read.</param>
    /// <param name="Topic">The topic.</param>
    public sealed record KickReceived(string TerminalId, DateTimeOffset At, string? KickId, string Topic) : TerminalEvent(TerminalId, At);

    /// <summary>A kick is not acted on.</summary>
    /// <param name="TerminalId">The terminal.</param>
    /// <param name="At">When.</param>
    /// <param name="KickId">The kick; null when the message cannot be read.</param>
    /// <param name="Reason">Why not.</param>
    public sealed record KickRefused(string TerminalId, DateTimeOffset At, string? KickId, KickRefusal Reason) : TerminalEvent(TerminalId, At);

    /// <summary>The cloud has taken the terminal's answer to a kick.</summary>
    /// <param name="TerminalId">The terminal.</param>
    /// <param name="At">When.</param>
    /// <param name="KickId">The kick.</param>
    /// <param name="Result"><c>accepted</c>, <c>duplicate</c>, <c>expired</c> or <c>wrong-terminal</c>.</param>
    public sealed record Acknowledged(string TerminalId, DateTimeOffset At, string KickId, string Result) : TerminalEvent(TerminalId, At);

    /// <summary>Whether the cloud has taken the terminal's answer to a kick is not known.</summary>
    /// <param name="TerminalId">The terminal.</param>
    /// <param name="At">When.</param>
    /// <param name="KickId">The kick.</param>
    /// <param name="Cause">Why, in words.</param>
    public sealed record AcknowledgementFailed(string TerminalId, DateTimeOffset At, string KickId, string Cause) : TerminalEvent(TerminalId, At);

    /// <summary>An attempt to reach the TAS failed; others follow until the kick expires.</summary>
    /// <param name="TerminalId">The terminal.</param>
    /// <param name="At">When.</param>
    /// <param name="KickId">The kick.</param>
    /// <param name="Attempt">The number of the attempt, from 1.</param>
    /// <param name="Cause">Why, in words.</param>
    public sealed record SessionAttemptFailed(string TerminalId, DateTimeOffset At, string KickId, int Attempt, string Cause) : TerminalEvent(TerminalId, At);

    /// <summary>The kick's deadline leaves no time for another attempt.</summary>
    /// <param name="TerminalId">The terminal.</param>
    /// <param name="At">When.</param>
    /// <param name="KickId">The kick.</param>
    /// <param name="Attempts">How many attempts there were.</param>
    public sealed record SessionGivenUp(string TerminalId, DateTimeOffset At, string KickId, int Attempts) : TerminalEvent(TerminalId, At);

    /// <summary>
    /// The terminal has answered the TAS's first request. The TAS may still refuse it, which shows as
    /// <see cref="SessionClosed"/> right after.
    /// </summary>
    /// <param name="TerminalId">The terminal.</param>
    /// <param name="At">When.</param>
    /// <param name="KickId">The kick.</param>
    /// <param name="Host">The TAS host.</param>
    /// <param name="Port">The TAS port.</param>
    public sealed record SessionOpened(string TerminalId, DateTimeOffset At, string KickId, string Host, int Port) : TerminalEvent(TerminalId, At);

    /// <summary>An opened session has ended.</summary>
    /// <param name="TerminalId">The terminal.</param>
    /// <param name="At">When.</param>
    /// <param name="KickId">The kick.</param>
    /// <param name="End">How.</param>
    public sealed record SessionClosed(string TerminalId, DateTimeOffset At, string KickId, SessionEnd End) : TerminalEvent(TerminalId, At);
}
