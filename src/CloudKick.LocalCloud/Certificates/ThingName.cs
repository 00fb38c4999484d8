using System.Text.RegularExpressions;

namespace CloudKick.LocalCloud;

internal static partial class ThingName
{
    /// <summary>The common name of the relay's certificates.</summary>
    public const string Relay = "relay";

    /// <summary>The common name of certificates that provision others by claim.</summary>
    public const string Claim = "claim";

    public static bool IsValid(string? name) => name is not null && Pattern().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z0-9:_-]{1,128}\z")]
    private static partial Regex Pattern();
}
