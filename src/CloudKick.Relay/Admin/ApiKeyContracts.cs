using System.ComponentModel.DataAnnotations;
using CloudKick.Relay.Security;

namespace CloudKick.Relay.Admin;

/// <summary>A key to make.</summary>
internal sealed record ApiKeyRequest
{
    /// <summary>What to call it, at most 200 characters.</summary>
    /// <example>web shop till</example>
    [StringLength(NewApiKeyValidator.MaximumLabelLength)]
    public string? Label { get; init; }

    /// <summary>What it may do. A platform operator's key has <c>platform:admin</c> and nothing else; it may be left out there.</summary>
    /// <example>["kicks:write", "kicks:read"]</example>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>From when on it is refused (RFC 3339, with offset), in the future; left out: never.</summary>
    [DataType(DataType.DateTime)]
    public string? ExpiresAt { get; init; }
}

/// <summary>How a key is replaced.</summary>
internal sealed record ApiKeyRotation
{
    public const int MaximumOverlapSeconds = 30 * 24 * 60 * 60;

    /// <summary>For how many seconds the old key works on beside the new one, 0 to 2592000 (30 days): time to put the new one into use.</summary>
    /// <example>86400</example>
    [Required, Range(0, MaximumOverlapSeconds)]
    public int? OverlapSeconds { get; init; }
}

/// <summary>An API key; its secret is not kept.</summary>
/// <param name="KeyId">The public id, also a part of the key itself.</param>
/// <param name="MerchantId">The merchant that it acts for; absent for a platform operator's key.</param>
/// <param name="Label">What its administrators call it.</param>
/// <param name="Environment">The environment in its text.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">From when on it is refused; absent: never.</param>
/// <param name="LastUsedAt">When it was last used, to within a minute or so; absent: never.</param>
/// <param name="RevokedAt">When it was revoked; absent: it was not.</param>
/// <param name="ReplacedBy">The id of the key that took its place; absent: none did.</param>
internal sealed record ApiKeyResponse(
    string KeyId, Guid? MerchantId, string Label, string Environment, IReadOnlyList<string> Scopes,
    DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt, string? ReplacedBy)
{
    public static ApiKeyResponse From(ApiKey key) => new(
        key.KeyId, key.MerchantId, key.Label, key.Environment, key.Scopes, key.CreatedAt, key.ExpiresAt, key.LastUsedAt, key.RevokedAt, key.ReplacedBy);
}

/// <summary>A key that was just made.</summary>
/// <param name="Key">As it will be listed.</param>
/// <param name="Token">The whole key, for <c>Authorization: Bearer</c>. Shown now and never again.</param>
internal sealed record CreatedApiKeyResponse(ApiKeyResponse Key, string Token)
{
    public override string ToString() => $"API key {Key.KeyId}";
}
