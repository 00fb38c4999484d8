using CloudKick.Relay.Database;

namespace CloudKick.Relay.Terminals.States;

/// <summary>Which terminals to find.</summary>
/// <param name="Status">One of <see cref="TerminalStatus"/>; null: all.</param>
/// <param name="Text">How the id or the label begins, in whichever case; empty: anyhow.</param>
/// <param name="Merchant">Those of one merchant; null: all that the reader may see.</param>
/// <param name="Unassigned">Only those that are nobody's.</param>
internal sealed record TerminalSearch(string? Status = null, string Text = "", MerchantId? Merchant = null, bool Unassigned = false);

/// <summary>How a terminal stands, for filters.</summary>
internal static class TerminalStatus
{
    public const string Online = "online";
    public const string Offline = "offline";

    /// <summary>The cloud has never told of it.</summary>
    public const string NeverSeen = "never-seen";

    /// <summary>Its last kicks failed, this many at least.</summary>
    public const string Failing = "failing";

    /// <summary>Firmware before <see cref="FirmwareVersion.FirstWithCloudConnect2"/>.</summary>
    public const string OldFirmware = "old-firmware";

    /// <summary>Its till still sends 1.0 requests, or only they are taken.</summary>
    public const string CloudConnect1 = "cloud-connect-1";

    /// <summary>From so many failures in a row a terminal counts as failing; the database has indexes for this number.</summary>
    public const int FailuresOfFailing = 3;

    public static IReadOnlyList<string> All { get; } = [Online, Offline, NeverSeen, Failing, OldFirmware, CloudConnect1];
}
