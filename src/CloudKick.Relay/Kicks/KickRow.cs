namespace CloudKick.Relay.Kicks;

/// <summary>A kick as it is stored.</summary>
internal record KickRow
{
    public required Guid KickId { get; init; }

    public required string TerminalId { get; init; }

    public required string ManagementSystemId { get; init; }

    public required string AccessProtocol { get; init; }

    public string? Reference { get; init; }

    public required string State { get; init; }

    public required string BrokerOutcome { get; init; }

    public string? FailureCode { get; init; }

    public required DateTime AcceptedAt { get; init; }

    public required DateTime ExpiresAt { get; init; }

    public DateTime? PublishedAt { get; init; }

    public DateTime? DeliveredAt { get; init; }

    public DateTime? ConnectedAt { get; init; }

    public DateTime? EndedAt { get; init; }

    public bool IsFinal => EndedAt is not null;
}
