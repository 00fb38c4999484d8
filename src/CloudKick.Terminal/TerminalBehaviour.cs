namespace CloudKick.Terminal;

/// <summary>How a simulated terminal behaves; see <see cref="TerminalBehaviours"/> for names and what each does.</summary>
public enum TerminalBehaviour
{
    /// <summary>As firmware should.</summary>
    Normal,

    /// <summary>Never connects to the cloud.</summary>
    Offline,

    /// <summary>Waits before it acts on a kick.</summary>
    Slow,

    /// <summary>Is connected and subscribed, and does nothing about a kick.</summary>
    Deaf,

    /// <summary>Acknowledges kicks, and never reaches the TAS.</summary>
    TasUnreachable,

    /// <summary>Sees every message twice.</summary>
    DuplicateDelivery,

    /// <summary>Speaks MQTT 3.1.1 and does not acknowledge.</summary>
    OldFirmware,

    /// <summary>Closes its session after a while.</summary>
    DropsSession,
}
