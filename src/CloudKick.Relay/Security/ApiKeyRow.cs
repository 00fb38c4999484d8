namespace CloudKick.Relay.Security;

/// <summary>A row of <c>find_api_key</c>.</summary>
internal sealed record ApiKeyRow
{
    public required string KeyId { get; init; }

    public required Guid? MerchantId { get; init; }

    public required string Environment { get; init; }

    public required byte[] SecretHash { get; init; }

    public required string[] Scopes { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When the key was revoked or its merchant disabled.</summary>
    public required DateTimeOffset? RevokedAt { get; init; }
}
