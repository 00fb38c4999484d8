using System.Globalization;
using CloudKick.Relay.Kicks;

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

    /// <summary>The style of a state's tag.</summary>
    public static string Tone(string state) => state switch
    {
        "connected" => "good",
        "expired" or "failed" => "bad",
        "cancelled" => "quiet",
        _ => "warn",
    };
}
