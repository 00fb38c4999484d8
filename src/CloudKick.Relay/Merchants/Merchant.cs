namespace CloudKick.Relay.Merchants;

/// <summary>A merchant: a tenant of the platform.</summary>
public sealed record Merchant
{
    /// <summary>Identifies it.</summary>
    public required Guid MerchantId { get; init; }

    /// <summary>What people call it, 1 to 200 characters; need not be unique.</summary>
    public required string Name { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when none of its keys works; null: it is active.</summary>
    public required DateTimeOffset? DisabledAt { get; init; }
}
