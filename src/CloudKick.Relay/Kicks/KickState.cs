namespace CloudKick.Relay.Kicks;

/// <summary>The states that a kick can have.</summary>
internal static class KickState
{
    public const string Connected = "connected";

    private static readonly string[] Open = ["accepted", "published", "delivered"];

    /// <summary>In the order of its life.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Open, Connected, "expired", "cancelled", "failed"];

    /// <summary>Whether a kick in this state stays in it.</summary>
    public static bool IsFinal(string state) => !Open.Contains(state);
}
