using CloudKick.Terminal;

namespace CloudKick.Faults.Histories;

/// <summary>Something that one of the parties saw or did, at a moment by this process's clock.</summary>
/// <param name="At">When.</param>
public abstract record Happening(DateTimeOffset At)
{
    /// <summary>The till asks for a kick, or asks again with the same key.</summary>
    public sealed record Asked(DateTimeOffset At, string Key, string TerminalId, string Where) : Happening(At);

    /// <summary>The till has an answer.</summary>
    /// <param name="At">When.</param>
    /// <param name="Key">The idempotency key.</param>
    /// <param name="TerminalId">The terminal.</param>
    /// <param name="Status">The HTTP status.</param>
    /// <param name="KickId">The kick; null in a problem.</param>
    /// <param name="Text">The kick's state, or the problem's code.</param>
    public sealed record Answered(DateTimeOffset At, string Key, string TerminalId, int Status, string? KickId, string Text) : Happening(At)
    {
        /// <summary>Whether the kick is promised.</summary>
        public bool IsSuccess => Status is >= 200 and < 300;
    }

    /// <summary>The till has no answer and does not know.</summary>
    public sealed record Unanswered(DateTimeOffset At, string Key, string TerminalId, string Cause) : Happening(At);

    /// <summary>The broker took a kick.</summary>
    /// <param name="At">When.</param>
    /// <param name="KickId">The kick.</param>
    /// <param name="Topic">To which topic.</param>
    /// <param name="ClientId">From which MQTT connection; empty: over HTTPS.</param>
    public sealed record Published(DateTimeOffset At, string KickId, string Topic, string ClientId) : Happening(At)
    {
        /// <summary>Whether it came over the cloud's HTTPS API, where no connection has limits of its own.</summary>
        public bool IsOverHttps => ClientId.Length == 0;
    }

    /// <summary>What a terminal tells of itself.</summary>
    public sealed record OfTerminal(TerminalEvent Event) : Happening(Event.At);

    /// <summary>The terminal left the whitelist: the database has committed it.</summary>
    public sealed record LeftWhitelist(DateTimeOffset At, string TerminalId) : Happening(At);

    /// <summary>A node was killed, with all it knew.</summary>
    /// <param name="At">When it was surely dead.</param>
    /// <param name="Node">What its name begins with.</param>
    public sealed record NodeKilled(DateTimeOffset At, string Node) : Happening(At);

    /// <summary>The broker stops acknowledging what it takes, or does it again.</summary>
    /// <param name="At">When.</param>
    /// <param name="Now">Whether it acknowledges from now on.</param>
    public sealed record Acknowledges(DateTimeOffset At, bool Now) : Happening(At);

    /// <summary>Another fault began or ended.</summary>
    public sealed record Fault(DateTimeOffset At, string What) : Happening(At);
}
