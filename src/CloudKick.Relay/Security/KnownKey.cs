using System.Security.Cryptography;
using CloudKick.Relay.Database;

namespace CloudKick.Relay.Security;

/// <summary>What the database says of a key, at the moment that it was read.</summary>
internal sealed class KnownKey
{
    private readonly string _environment;
    private readonly byte[] _secretHash;
    private readonly DateTimeOffset? _expiresAt;
    private readonly bool _revoked;

    public KnownKey(ApiKeyRow row)
    {
        Caller = Caller.OfKey(row.KeyId, row.MerchantId is { } merchant ? new MerchantId(merchant) : null, row.Scopes, row.ExpiresAt);
        _environment = row.Environment;
        _secretHash = row.SecretHash;
        _expiresAt = row.ExpiresAt;
        _revoked = row.RevokedAt is not null;
    }

    /// <summary>Who the key's bearer is.</summary>
    public Caller Caller { get; }

    /// <summary>Whether this is the key's secret and the key may be used. Takes the same time wherever the secret differs.</summary>
    public bool Accepts(ApiKeyToken token, DateTimeOffset now) =>
        CryptographicOperations.FixedTimeEquals(token.HashSecret(), _secretHash)
        && token.Environment == _environment && !_revoked && !(_expiresAt <= now);
}
