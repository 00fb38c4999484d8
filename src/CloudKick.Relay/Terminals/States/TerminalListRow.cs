namespace CloudKick.Relay.Terminals.States;

/// <summary>A terminal in a list.</summary>
internal sealed record TerminalListRow
{
    public required string TerminalId { get; init; }
    public required Guid? MerchantId { get; init; }

    /// <summary>For the platform's lists.</summary>
    public required string? MerchantName { get; init; }

    public required string Label { get; init; }
    public required string ManagementSystemId { get; init; }
    public required string? FirmwareVersion { get; init; }

    /// <summary><c>online</c>, <c>offline</c> or <c>never-seen</c>.</summary>
    public required string Presence { get; init; }

    public required DateTime? PresenceAt { get; init; }
    public required bool Coupled { get; init; }
    public required bool OldFirmware { get; init; }
    public required bool CloudConnect1 { get; init; }
    public required int FailuresInRow { get; init; }
    public required DateTime? FailingSince { get; init; }
    public required DateTime? LastKickAt { get; init; }
    public required string? LastKickState { get; init; }

    /// <summary>The share of its kicks that failed before its present failures in a row, 0 to 1, the newer ones counting more.</summary>
    public required float UsualFailure { get; init; }

    /// <summary>How unlikely its failures in a row are for it, in powers of ten: 3 is once in a thousand times.</summary>
    public required double Surprise { get; init; }

    public bool IsFailing => FailuresInRow >= TerminalStatus.FailuresOfFailing;
}

/// <summary>How many terminals there are of each kind.</summary>
internal sealed record TerminalCounts
{
    public required long All { get; init; }
    public required long Online { get; init; }
    public required long Offline { get; init; }
    public required long NeverSeen { get; init; }
    public required long Failing { get; init; }
    public required long OldFirmware { get; init; }
    public required long CloudConnect1 { get; init; }
    public required long Coupled { get; init; }

    /// <summary>Those that nobody may kick; counted for a merchant alone, 0 over all of them.</summary>
    public long NotWhitelisted { get; init; }
}

/// <summary>A change of a terminal's connection.</summary>
internal sealed record PresenceChange
{
    public required DateTime At { get; init; }
    public required bool Connected { get; init; }
    public required string? DisconnectReason { get; init; }
    public required string? IpAddress { get; init; }
}
