using CloudKick.Relay.Overviews;
using CloudKick.Relay.Terminals.States;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>What of an overview's page changes.</summary>
/// <param name="Overview">The overview.</param>
/// <param name="Terminals">The address of the list of terminals.</param>
/// <param name="Kicks">The address of the list of kicks; null: there is none.</param>
/// <param name="Plan">The address of the plan to 2.0; null: there is none.</param>
/// <param name="TerminalUrl">The address of a terminal's page; null: it is nobody's and has none.</param>
/// <param name="Disabled">Where the merchant is enabled again; null: it is not disabled.</param>
internal sealed record OverviewView(OverviewNow Overview, string Terminals, string? Kicks, string? Plan, Func<TerminalListRow, string?> TerminalUrl, string? Disabled = null)
{
    public KickChart Chart { get; } = new(Overview.Kicks);

    public string Median => Overview.Median is { } time ? LadderTimes.Text(time.TotalMilliseconds) : "–";

    public string Percentile95 => Overview.Percentile95 is { } time ? LadderTimes.Text(time.TotalMilliseconds) : "–";

    /// <summary>Whether somebody's kicks fail again and again.</summary>
    public bool HasProblems => Overview.Failing.Count + Overview.Merchants.Count > 0;

    /// <summary>What keeps terminals from being coupled, or did, though nothing fails again and again yet.</summary>
    public IReadOnlyList<Warning> Warnings { get; } =
    [
        .. new Warning[]
        {
            new("Overview.WarnDisabled", Disabled is null ? 0 : 1, Disabled ?? ""),
            new("Overview.WarnNotCoupled", Overview.NotCoupled, Kicks ?? "/platform/problems"),
            new("Overview.WarnOffline", Overview.Terminals.Offline, Terminals + "?status=" + TerminalStatus.Offline),
            new("Overview.WarnNeverSeen", Overview.Terminals.NeverSeen, Terminals + "?status=" + TerminalStatus.NeverSeen),
            new("Overview.WarnNotWhitelisted", Overview.Terminals.NotWhitelisted, Terminals),
            new("Overview.WarnOldFirmware", Overview.Terminals.OldFirmware, Terminals + "?status=" + TerminalStatus.OldFirmware),
        }.Where(warning => warning.Count > 0),
    ];

    /// <summary>Something to look at.</summary>
    /// <param name="Text">A text's key.</param>
    /// <param name="Count">How many there are.</param>
    /// <param name="Url">Where they are.</param>
    internal sealed record Warning(string Text, long Count, string Url);
}
