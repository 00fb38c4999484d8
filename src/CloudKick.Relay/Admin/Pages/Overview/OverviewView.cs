using CloudKick.Relay.Overviews;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>What of an overview's page changes.</summary>
/// <param name="Overview">The overview.</param>
/// <param name="Terminals">The address of the list of terminals.</param>
/// <param name="TerminalUrl">The address of a terminal's page; null: it is nobody's and has none.</param>
internal sealed record OverviewView(OverviewNow Overview, string Terminals, Func<Relay.Terminals.States.TerminalListRow, string?> TerminalUrl)
{
    public KickChart Chart { get; } = new(Overview.Kicks);

    public string Median => Overview.Median is { } time ? LadderTimes.Text(time.TotalMilliseconds) : "–";

    public string Percentile95 => Overview.Percentile95 is { } time ? LadderTimes.Text(time.TotalMilliseconds) : "–";
}
