using CloudKick.Relay.Kicks;

namespace CloudKick.Relay.Terminals;

/// <summary>A terminal, as its merchant sees it.</summary>
internal record TerminalAnswer
{
    /// <summary>Its TMS ID.</summary>
    public required string TerminalId { get; init; }

    /// <summary>Its terminal management system: what a kick names as <c>managementSystemId</c>.</summary>
    public required string ManagementSystemId { get; init; }

    /// <summary>A name for people; empty for none.</summary>
    public required string Label { get; init; }

    /// <summary>Which Cloud Connect it may be kicked by: <c>1.0</c>, <c>2.0</c> or <c>both</c>.</summary>
    public required string ConnectMode { get; init; }

    /// <summary>Its firmware, when known. Cloud Connect 2.0 takes 14.0.11.01 or later.</summary>
    public required string? FirmwareVersion { get; init; }

    /// <summary>The MQTT topic that it must be subscribed to; null when its settings make no valid one, and no kick can reach it.</summary>
    public required string? Topic { get; init; }

    /// <summary>Whether your whitelist lets kicks through to it now.</summary>
    public required bool Whitelisted { get; init; }

    /// <summary>Whether it has a live session now: what a kick is for.</summary>
    public required bool Coupled { get; init; }

    /// <summary>Whether it is connected to the cloud.</summary>
    public required PresenceAnswer Presence { get; init; }

    /// <summary>The session that it opened last; null when it never did.</summary>
    public required TerminalSessionAnswer? LastSession { get; init; }

    public static TerminalAnswer From(TerminalRow row) => new()
    {
        TerminalId = row.TerminalId,
        ManagementSystemId = row.ManagementSystemId,
        Label = row.Label,
        ConnectMode = row.ConnectMode,
        FirmwareVersion = row.FirmwareVersion,
        Topic = TerminalRules.Topic(row.EffectiveTopicTemplate, row.EffectiveSubscriptionTopic, row.TerminalId),
        Whitelisted = row.Whitelisted,
        Coupled = row is { SessionId: not null, SessionClosedAt: null },
        Presence = PresenceAnswer.From(row),
        LastSession = TerminalSessionAnswer.From(row),
    };
}

/// <summary>Whether a terminal is connected to the cloud, as the cloud last told.</summary>
/// <param name="State"><c>online</c>, <c>offline</c>, or <c>unknown</c> when the cloud has never told. Unknown is not offline.</param>
/// <param name="Since">Since when, by the cloud's clock.</param>
/// <param name="LastConnectedAt">When it last connected.</param>
/// <param name="LastDisconnectedAt">When it was last cut off or left.</param>
/// <param name="LastDisconnectReason">Why, in the cloud's words, like <c>MQTT_KEEP_ALIVE_TIMEOUT</c>.</param>
/// <param name="IpAddress">Where it last connected from.</param>
internal sealed record PresenceAnswer(
    string State, DateTime? Since, DateTime? LastConnectedAt, DateTime? LastDisconnectedAt, string? LastDisconnectReason, string? IpAddress)
{
    public static PresenceAnswer From(TerminalRow row) => new(
        PresenceState.Of(row.Connected), row.PresenceAt, row.ConnectedAt, row.DisconnectedAt, row.DisconnectReason, row.IpAddress);
}

/// <summary>A terminal's session.</summary>
/// <param name="SessionId">Its id.</param>
/// <param name="KickId">The kick that it followed.</param>
/// <param name="OpenedAt">When it opened.</param>
/// <param name="ClosedAt">When it ended; null while it is live.</param>
/// <param name="CloseReason">Why it ended.</param>
internal sealed record TerminalSessionAnswer(Guid SessionId, string KickId, DateTime OpenedAt, DateTime? ClosedAt, string? CloseReason)
{
    public static TerminalSessionAnswer? From(TerminalRow row) => row is { SessionId: { } id, SessionKickId: { } kick, SessionOpenedAt: { } opened }
        ? new TerminalSessionAnswer(id, new KickId(kick).ToString(), opened, row.SessionClosedAt, row.SessionCloseReason)
        : null;
}
