using CloudKick.Relay.Security;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>What a reader is told of a key first.</summary>
internal enum ApiKeyState
{
    Active,
    Expired,
    Revoked,
}

internal static class ApiKeyStates
{
    public static ApiKeyState Of(ApiKey key, DateTimeOffset now) =>
        key.RevokedAt is not null ? ApiKeyState.Revoked : key.ExpiresAt <= now ? ApiKeyState.Expired : ApiKeyState.Active;
}
