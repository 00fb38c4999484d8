using System.Globalization;

namespace CloudKick.Relay.Times;

/// <summary>Days as people and spreadsheets write them, where a point in time is asked for. Pure.</summary>
internal static class WholeDay
{
    // Beyond these a zone's offset could lead out of what a moment can be.
    private const int FirstYear = 1970;
    private const int LastYear = 9000;

    private static readonly TimeOnly LastSecond = new(23, 59, 59);

    /// <summary>The last second of a day (<c>2027-01-31</c>) as RFC 3339 writes it; any other text as it is.</summary>
    /// <param name="text">What somebody wrote.</param>
    /// <param name="zone">Where that day ends.</param>
    public static string? EndIfDay(string? text, TimeZoneInfo zone)
    {
        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            || day.Year is < FirstYear or > LastYear)
            return text;
        var end = day.ToDateTime(LastSecond);
        return new DateTimeOffset(end, zone.GetUtcOffset(end)).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
    }
}
