using System.Globalization;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Kicks.Events;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>How far a kick came, to be drawn by <c>Kicks/_Ladder</c>.</summary>
/// <param name="Steps">The API's ladder.</param>
/// <param name="IsSmall">One among several.</param>
internal sealed record Ladder(IReadOnlyList<KickStep> Steps, bool IsSmall = false)
{
    public static Ladder Of(KickRow row, bool isSmall = false) => new(row.ToResponse().Ladder, isSmall);
}

/// <summary>Writes durations for people.</summary>
internal static class LadderTimes
{
    private const double Second = 1000;
    private const double Tenth = 100;

    /// <summary>Milliseconds below a second, else seconds; no more digits than somebody wants to read.</summary>
    public static string Text(double milliseconds) => milliseconds switch
    {
        < Tenth => string.Create(CultureInfo.CurrentCulture, $"{milliseconds:0.#} ms"),
        < Second => string.Create(CultureInfo.CurrentCulture, $"{milliseconds:0} ms"),
        _ => string.Create(CultureInfo.CurrentCulture, $"{milliseconds / Second:0.00} s"),
    };
}

/// <summary>Finds the words for what became of a kick.</summary>
internal static class KickWords
{
    // As the functions in sql/ write them; a test compares.
    internal const string LiveSession = "the terminal already had a live session";
    internal const string LeftWhitelist = "the terminal left the whitelist before the kick could be published";
    internal const string TakenOver = "taken over: the earlier attempt was never reported";

    /// <summary>The text's key of what to do; null when there is nothing to do.</summary>
    public static string? Advice(KickRow row) => row.State switch
    {
        "expired" when row.DeliveredAt is not null => "Kicks.AdviceDelivered",
        "expired" when row.BrokerOutcome == "acked" => "Kicks.AdvicePublished",
        "expired" when row.BrokerOutcome == "never_sent" => "Kicks.AdviceNeverSent",
        "expired" => "Kicks.AdviceUnknown",
        "failed" when row.FailureCode == "terminal-not-whitelisted" => "Kicks.AdviceNotWhitelisted",
        "failed" when row.FailureCode == "terminal-offline" => "Kicks.AdviceOffline",
        "failed" => "Kicks.AdviceRefused",
        "cancelled" => "Kicks.AdviceCancelled",
        _ => null,
    };

    /// <summary>The text's key of what the relay itself tells of an event; null for what cloud and transport said, which is in English.</summary>
    public static string? Detail(KickEvent happened) => (happened.Event, happened.Detail) switch
    {
        ("connected", LiveSession) => "Kicks.Detail-live-session",
        ("failed", LeftWhitelist) => "Kicks.Detail-left-whitelist",
        ("attempt", TakenOver) => "Kicks.Detail-taken-over",
        ("refused", "expired") => "Kicks.Detail-refused-expired",
        ("refused", "wrong-terminal") => "Kicks.Detail-refused-wrong-terminal",
        ("expired", "acked") => "Kicks.Detail-expired-acked",
        ("expired", "never_sent") => "Kicks.Detail-expired-never-sent",
        ("expired", "unknown") => "Kicks.Detail-expired-unknown",
        _ => null,
    };

    /// <summary>The style of a state's tag.</summary>
    public static string Tone(string state) => state switch
    {
        "connected" => "good",
        "expired" or "failed" => "bad",
        "cancelled" => "quiet",
        _ => "warn",
    };
}
