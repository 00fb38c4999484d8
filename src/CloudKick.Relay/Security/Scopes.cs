using System.Collections.Frozen;

namespace CloudKick.Relay.Security;

/// <summary>
/// What a caller may be allowed to do: an API key by the scopes it was given, a person by their role's. Every scope but the platform's
/// acts for one merchant.
/// </summary>
public static class Scopes
{
    /// <summary>Kick, and cancel a kick.</summary>
    public const string KicksWrite = "kicks:write";

    /// <summary>Read kicks and their events.</summary>
    public const string KicksRead = "kicks:read";

    /// <summary>Read the merchant's terminals.</summary>
    public const string TerminalsRead = "terminals:read";

    /// <summary>Read the whitelist.</summary>
    public const string WhitelistRead = "whitelist:read";

    /// <summary>Change the whitelist.</summary>
    public const string WhitelistWrite = "whitelist:write";

    /// <summary>Read the merchant's API keys (never their secrets).</summary>
    public const string KeysRead = "keys:read";

    /// <summary>Make, replace and revoke the merchant's API keys; a key can give no other one more than it has itself.</summary>
    public const string KeysWrite = "keys:write";

    /// <summary>Read the merchant's people. People only.</summary>
    public const string UsersRead = "users:read";

    /// <summary>Invite the merchant's people, change their roles, disable them. People only.</summary>
    public const string UsersWrite = "users:write";

    /// <summary>Read the merchant's audit log.</summary>
    public const string AuditRead = "audit:read";

    /// <summary>One's own account: everybody who is signed in. People only.</summary>
    public const string Account = "account";

    /// <summary>Read everything of the platform's. People only.</summary>
    public const string PlatformRead = "platform:read";

    /// <summary>Everything under <c>/v1/admin</c>; only a key without a merchant can have it.</summary>
    public const string PlatformAdmin = "platform:admin";

    /// <summary>The scopes that a till's own system needs at most, and has where nobody says otherwise.</summary>
    public static IReadOnlyList<string> OfTills { get; } = [KicksWrite, KicksRead, TerminalsRead, WhitelistRead, WhitelistWrite];

    /// <summary>The scopes that a merchant's key may have.</summary>
    public static IReadOnlyList<string> OfMerchants { get; } = [.. OfTills, KeysRead, KeysWrite, AuditRead];

    /// <summary>Every scope.</summary>
    public static FrozenSet<string> All { get; } = OfMerchants
        .Concat([UsersRead, UsersWrite, Account, PlatformRead, PlatformAdmin])
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether the scope is about the platform rather than about one merchant.</summary>
    public static bool IsPlatform(string scope) => scope is PlatformRead or PlatformAdmin;
}
