using CloudKick.Relay.Database;

namespace CloudKick.Relay.Terminals;

/// <summary>Which terminals a list shows.</summary>
/// <param name="Merchant">Those of one merchant; null: all.</param>
/// <param name="Unassigned">Only those that are nobody's.</param>
/// <param name="Presence">One of <see cref="PresenceState"/>; null: all.</param>
/// <param name="Prefix">How their ids begin; empty: anyhow.</param>
/// <param name="Status">One of <see cref="States.TerminalStatus"/>; null: all.</param>
/// <param name="Text">How the id or the label begins, in whichever case; empty: anyhow.</param>
internal sealed record TerminalFilter(
    MerchantId? Merchant = null, bool Unassigned = false, string? Presence = null, string Prefix = "", string? Status = null, string Text = "");

/// <summary>What is known of a terminal's connection, as the API writes it.</summary>
internal static class PresenceState
{
    public const string Online = "online";
    public const string Offline = "offline";

    /// <summary>The cloud has never told of it. Not the same as offline.</summary>
    public const string Unknown = "unknown";

    public static readonly IReadOnlyList<string> All = [Online, Offline, Unknown];

    public static string Of(bool? connected) => connected switch { true => Online, false => Offline, null => Unknown };
}
