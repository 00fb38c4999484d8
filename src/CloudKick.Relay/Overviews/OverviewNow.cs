using CloudKick.Relay.Kicks.Counts;
using CloudKick.Relay.Terminals.States;

namespace CloudKick.Relay.Overviews;

/// <summary>What happens now: of one merchant, or of all.</summary>
internal sealed record OverviewNow
{
    /// <summary>How many minutes it tells of, this one included.</summary>
    public const int Minutes = 60;

    public required IReadOnlyList<KickMinute> Kicks { get; init; }

    public required TerminalCounts Terminals { get; init; }

    /// <summary>Some of those whose kicks fail, those first that have been failing for the shortest time.</summary>
    public required IReadOnlyList<TerminalListRow> Failing { get; init; }

    /// <summary>Merchants that fail more than usual; for the platform only.</summary>
    public required IReadOnlyList<FailingMerchant> Merchants { get; init; }

    public long AllKicks => Kicks.Sum(minute => minute.All);

    public long NotCoupled => Kicks.Sum(minute => minute.NotCoupled);

    /// <summary>Half of the terminals connected within this time; null: none did.</summary>
    public TimeSpan? Median => ConnectTimes.Percentile(Kicks, 0.5);

    /// <summary>All but a twentieth of them.</summary>
    public TimeSpan? Percentile95 => ConnectTimes.Percentile(Kicks, 0.95);
}
