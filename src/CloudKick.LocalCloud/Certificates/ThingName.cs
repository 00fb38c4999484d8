using System.Text.RegularExpressions;

namespace CloudKick.LocalCloud;

internal static partial class ThingName
{
    /// <summary>The relay's certificate is for this thing; every other thing is a terminal.</summary>
    public const string Relay = "relay";

    public static bool IsValid(string? name) => name is not null && Pattern().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z0-9:_-]{1,128}\z")]
    private static partial Regex Pattern();
}
