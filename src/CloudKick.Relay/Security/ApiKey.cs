using CloudKick.Relay.Database;

namespace CloudKick.Relay.Security;

/// <summary>An API key as its administrators see it; the secret is not kept anywhere.</summary>
public sealed record ApiKey
{
    /// <summary>The public id, also a part of the key itself.</summary>
    public required string KeyId { get; init; }

    /// <summary>The merchant that the key acts for; null for a platform operator's key.</summary>
    public required Guid? MerchantId { get; init; }

    /// <summary>The environment in the key's text.</summary>
    public required string Environment { get; init; }

    /// <summary>What its administrators call it.</summary>
    public required string Label { get; init; }

    /// <summary>What it may do, see <see cref="Security.Scopes"/>.</summary>
    public required string[] Scopes { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it is refused; null: never.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was last used, to within a minute or so; null: never.</summary>
    public required DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>When it was revoked; null: it was not.</summary>
    public required DateTimeOffset? RevokedAt { get; init; }

    /// <summary>The id of the key that took its place; null: none did.</summary>
    public required string? ReplacedBy { get; init; }
}

/// <summary>What a new key shall be.</summary>
/// <param name="Merchant">The merchant that it acts for; null for a platform operator's key.</param>
/// <param name="Environment">The environment in its text, <c>[a-z0-9]{1,16}</c>.</param>
/// <param name="Label">What to call it, at most 200 characters.</param>
/// <param name="Scopes">What it may do: at least one; <see cref="Security.Scopes.PlatformAdmin"/> and no other without a merchant, any other with one.</param>
/// <param name="ExpiresAt">From when on it is refused; null: never.</param>
public sealed record NewApiKey(
    MerchantId? Merchant, string Environment, string Label, IReadOnlyCollection<string> Scopes, DateTimeOffset? ExpiresAt = null);

/// <summary>What came of replacing a key.</summary>
/// <param name="Successor">The key that was just made; null: none was.</param>
/// <param name="ReplacedBy">
/// The id of the key that took its place, now or before; null: none did, and none can, since the owner has no such key or it works no more.
/// </param>
public sealed record KeyRotation(CreatedApiKey? Successor, string? ReplacedBy);

/// <summary>A key that was just made.</summary>
/// <param name="Key">As it will be listed.</param>
/// <param name="Token">The whole key, secret included: shown now and never again.</param>
public sealed record CreatedApiKey(ApiKey Key, string Token)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => $"API key {Key.KeyId}";
}
