namespace CloudKick.Tas;

/// <summary>Why a connection ended.</summary>
public enum TasCloseReason
{
    /// <summary>The terminal closed it.</summary>
    ByTerminal,

    /// <summary>The connection broke.</summary>
    Lost,

    /// <summary>The same terminal opened a newer session at this process.</summary>
    Replaced,

    /// <summary>The same terminal opened a newer session at another node.</summary>
    ReplacedElsewhere,

    /// <summary>The terminal did not answer in time.</summary>
    Silent,

    /// <summary>What the terminal sent is not OPI, or not what it may send.</summary>
    ProtocolError,

    /// <summary>This process stops.</summary>
    NodeStopping,

    /// <summary>The gate did not let the terminal in.</summary>
    Refused,

    /// <summary>The gate failed while it decided; whether it took note of the session is not known.</summary>
    AdmissionFailed,

    /// <summary>More connections than the options allow.</summary>
    LimitReached,
}
