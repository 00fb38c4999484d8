namespace CloudKick.Relay.CloudConnect;

/// <summary>What is known of one terminal's way from 1.0 to 2.0.</summary>
internal sealed record PlanEvidence
{
    public required string TerminalId { get; init; }
    public required string Label { get; init; }

    /// <summary>One of <see cref="Terminals.ConnectMode"/>.</summary>
    public required string ConnectMode { get; init; }

    public required string ManagementSystemId { get; init; }
    public required string SubscriptionTopic { get; init; }
    public required string? FirmwareVersion { get; init; }

    /// <summary>Whether it is on its merchant's whitelist, in force.</summary>
    public required bool Whitelisted { get; init; }

    /// <summary>Whether the cloud ever told of a connection of it.</summary>
    public required bool HasConnected { get; init; }

    /// <summary>When the newest request of the 1.0 kind came; null: none did.</summary>
    public required DateTime? OldRequestAt { get; init; }

    public required long OldRequests { get; init; }

    /// <summary>When its merchant's newest kick for it was accepted; looked up only where it counts.</summary>
    public required DateTime? KickAt { get; init; }

    /// <summary>When its newest session for its merchant was opened.</summary>
    public required DateTime? SessionAt { get; init; }

    /// <summary>The first step that it lacks, and which of the step's outcomes shows it; the texts are under <c>step.outcome</c>.</summary>
    public (PlanStep Step, string Outcome, object[] Facts) Evaluate()
    {
        if (!Whitelisted)
            return (PlanStep.Whitelist, "missing", []);
        if (FirmwareVersion is { } version && !FirmwareIsEnough(version))
            return (PlanStep.Firmware, "too-old", [version, Terminals.FirmwareVersion.FirstWithCloudConnect2]);
        // What has come has the firmware for it, whatever is on record.
        var hasCome = HasConnected || SessionAt is not null;
        if (FirmwareVersion is null && !hasCome)
            return (PlanStep.Firmware, "not-known", [Terminals.FirmwareVersion.FirstWithCloudConnect2]);
        if (!hasCome)
            return (PlanStep.Installation, "never-connected", [SubscriptionTopic]);

        // A till that asks the old way asked so last; one that was changed over has had a kick since.
        var asksTheOldWay = OldRequestAt is { } old && !(KickAt > old);
        if (ConnectMode == Terminals.ConnectMode.CloudConnect2)
            return asksTheOldWay ? (PlanStep.Till, "refused", [OldRequestAt!.Value, OldRequests, ManagementSystemId]) : (PlanStep.Done, "", []);
        if (ConnectMode == Terminals.ConnectMode.CloudConnect1)
            return (PlanStep.Open, "still-1", []);
        if (asksTheOldWay)
            return (PlanStep.Till, "old", [OldRequestAt!.Value, OldRequests, ManagementSystemId]);
        if (KickAt is null)
            return (PlanStep.Till, "no-request", [ManagementSystemId]);
        return SessionAt is { } session && !(session <= OldRequestAt)
            ? (PlanStep.Close, "both", [session])
            : (PlanStep.Test, "no-session", [KickAt.Value]);
    }

    private static bool FirmwareIsEnough(string version) =>
        Terminals.FirmwareVersion.IsAtLeast(version, Terminals.FirmwareVersion.FirstWithCloudConnect2);
}
