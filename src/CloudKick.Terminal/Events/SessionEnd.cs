namespace CloudKick.Terminal;

/// <summary>How a session at the TAS ended.</summary>
public enum SessionEnd
{
    /// <summary>The TAS closed it.</summary>
    ByTas,

    /// <summary>The connection broke.</summary>
    Lost,

    /// <summary>The TAS asked nothing for too long.</summary>
    Silent,

    /// <summary>What the TAS sent is not OPI.</summary>
    ProtocolError,

    /// <summary>The terminal opens a newer one.</summary>
    Replaced,

    /// <summary>The terminal dropped it, as it was ordered to behave.</summary>
    Dropped,

    /// <summary>The terminal stops.</summary>
    Stopped,
}
