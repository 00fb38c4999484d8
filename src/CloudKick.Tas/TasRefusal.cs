namespace CloudKick.Tas;

/// <summary>Why a terminal is not let in.</summary>
public enum TasRefusal
{
    /// <summary>No such terminal.</summary>
    UnknownTerminal,

    /// <summary>Nobody asked for this terminal.</summary>
    NoOpenKick,

    /// <summary>The kick's deadline has passed.</summary>
    KickExpired,

    /// <summary>The kick has had its session.</summary>
    KickAlreadyUsed,

    /// <summary>It cannot be decided now; the terminal may come again.</summary>
    Unavailable,
}
