namespace CloudKick.Relay.Terminals;

/// <summary>A terminal with what is known of its connection and its last session.</summary>
internal sealed record TerminalRow
{
    public required string TerminalId { get; init; }
    public required Guid? MerchantId { get; init; }
    public required string ManagementSystemId { get; init; }
    public required string ThingName { get; init; }
    public required string? FirmwareVersion { get; init; }
    public required string ConnectMode { get; init; }
    public required string Label { get; init; }

    /// <summary>The terminal's own, where it differs from its management system's.</summary>
    public required string? SubscriptionTopic { get; init; }

    /// <inheritdoc cref="SubscriptionTopic"/>
    public required string? TopicTemplate { get; init; }

    public required string EffectiveSubscriptionTopic { get; init; }
    public required string EffectiveTopicTemplate { get; init; }
    public required DateTime CreatedAt { get; init; }
    public required DateTime UpdatedAt { get; init; }
    public required bool Whitelisted { get; init; }

    /// <summary>Null: the cloud has never told.</summary>
    public required bool? Connected { get; init; }

    public required DateTime? PresenceAt { get; init; }
    public required DateTime? ConnectedAt { get; init; }
    public required DateTime? DisconnectedAt { get; init; }
    public required string? DisconnectReason { get; init; }
    public required string? IpAddress { get; init; }

    /// <summary>The certificate that it last connected with.</summary>
    public required string? PrincipalId { get; init; }

    public required Guid? SessionId { get; init; }
    public required Guid? SessionKickId { get; init; }
    public required DateTime? SessionOpenedAt { get; init; }
    public required DateTime? SessionClosedAt { get; init; }
    public required string? SessionCloseReason { get; init; }
}
