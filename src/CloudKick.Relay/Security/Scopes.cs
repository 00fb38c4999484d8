using System.Collections.Frozen;

namespace CloudKick.Relay.Security;

/// <summary>What an API key may be allowed to do. Every scope but <see cref="PlatformAdmin"/> acts for the key's one merchant.</summary>
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

    /// <summary>Everything under <c>/v1/admin</c>; only a key without a merchant can have it.</summary>
    public const string PlatformAdmin = "platform:admin";

    /// <summary>The scopes that a merchant's key may have.</summary>
    public static IReadOnlyList<string> OfMerchants { get; } = [KicksWrite, KicksRead, TerminalsRead, WhitelistRead, WhitelistWrite];

    /// <summary>Every scope.</summary>
    public static FrozenSet<string> All { get; } = OfMerchants.Append(PlatformAdmin).ToFrozenSet(StringComparer.Ordinal);
}
