namespace CloudKick.Terminal;

/// <summary>Why a terminal does not act on a kick.</summary>
public enum KickRefusal
{
    /// <summary>The message is not a kick, or a value in it is not valid.</summary>
    Malformed,

    /// <summary>A version, command or protocol that the terminal does not know.</summary>
    Unsupported,

    /// <summary>It is for another terminal.</summary>
    WrongTerminal,

    /// <summary>Its deadline has passed.</summary>
    Expired,

    /// <summary>It was seen before.</summary>
    Duplicate,

    /// <summary>Too many wait already.</summary>
    Overloaded,
}
