using System.Collections.Frozen;
using CloudKick.Relay.Security;

namespace CloudKick.Relay.Users;

/// <summary>What people are, and the scopes that this gives them. One policy holds for both: endpoints ask for a scope, keys and people have some.</summary>
public static class Roles
{
    /// <summary>A merchant's: everything of that merchant.</summary>
    public const string Admin = "admin";

    /// <summary>A merchant's: kicks, and reads.</summary>
    public const string Operator = "operator";

    /// <summary>A merchant's: reads.</summary>
    public const string Viewer = "viewer";

    /// <summary>The platform's: everything.</summary>
    public const string PlatformOperator = "platform-operator";

    /// <summary>The platform's: reads everything of every merchant; each look is in the audit log.</summary>
    public const string PlatformSupport = "platform-support";

    private static readonly string[] Reads = [Scopes.Account, Scopes.KicksRead, Scopes.TerminalsRead, Scopes.WhitelistRead];

    private static readonly string[] OfAdmins =
    [
        .. Reads, Scopes.KicksWrite, Scopes.WhitelistWrite, Scopes.KeysRead, Scopes.KeysWrite, Scopes.UsersRead, Scopes.UsersWrite, Scopes.AuditRead,
    ];

    private static readonly FrozenDictionary<string, FrozenSet<string>> ScopesByRole = new Dictionary<string, string[]>
    {
        [Viewer] = Reads,
        [Operator] = [.. Reads, Scopes.KicksWrite],
        [Admin] = OfAdmins,
        [PlatformSupport] = [.. Reads, Scopes.KeysRead, Scopes.UsersRead, Scopes.AuditRead, Scopes.PlatformRead],
        [PlatformOperator] = [.. OfAdmins, Scopes.PlatformRead, Scopes.PlatformAdmin],
    }.ToFrozenDictionary(role => role.Key, role => role.Value.ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>The roles that a merchant's people may have, the least first.</summary>
    public static IReadOnlyList<string> OfMerchants { get; } = [Viewer, Operator, Admin];

    /// <summary>The roles of the platform's own people.</summary>
    public static IReadOnlyList<string> OfPlatform { get; } = [PlatformSupport, PlatformOperator];

    /// <summary>Every role.</summary>
    public static IReadOnlyList<string> All { get; } = [.. OfMerchants, .. OfPlatform];

    /// <summary>What a role may do.</summary>
    /// <exception cref="KeyNotFoundException">There is no such role.</exception>
    public static FrozenSet<string> ScopesOf(string role) => ScopesByRole[role];

    /// <summary>Whether the role is the platform's.</summary>
    public static bool IsPlatform(string role) => OfPlatform.Contains(role);
}
