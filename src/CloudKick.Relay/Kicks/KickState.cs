namespace CloudKick.Relay.Kicks;

/// <summary>The states that a kick can have.</summary>
internal static class KickState
{
    public const string Connected = "connected";
    public const string Expired = "expired";
    public const string Cancelled = "cancelled";
    public const string Failed = "failed";

    /// <summary>Those that a kick does not stay in, in the order of its life.</summary>
    public static IReadOnlyList<string> Open { get; } = ["accepted", "published", "delivered"];

    /// <summary>In the order of its life.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Open, Connected, Expired, Cancelled, Failed];

    /// <summary>Whether a kick in this state stays in it.</summary>
    public static bool IsFinal(string state) => !Open.Contains(state);
}
