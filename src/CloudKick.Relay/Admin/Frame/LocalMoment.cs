using System.Globalization;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>Moments and days in the platform's time zone, as HTML's <c>datetime-local</c> and <c>date</c> inputs write them. Pure.</summary>
internal static class LocalMoment
{
    private const string Minute = "yyyy-MM-dd'T'HH:mm";
    private const string Day = "yyyy-MM-dd";
    private const int FirstYear = 1970;

    private static readonly string[] Minutes = [Minute, Minute + "':'ss"];

    /// <summary>To the minute; empty for none.</summary>
    public static string Write(DateTimeOffset? moment, TimeZoneInfo zone) =>
        moment is { } there ? TimeZoneInfo.ConvertTime(there, zone).ToString(Minute, CultureInfo.InvariantCulture) : "";

    /// <summary>Reads what <see cref="Write"/> writes; empty is null.</summary>
    /// <returns>False when it is neither, a moment that the zone's clocks leave out, one before 1970, or one that in UTC is beyond the year 9999.</returns>
    public static bool TryRead(string? text, TimeZoneInfo zone, out DateTimeOffset? moment)
    {
        moment = null;
        if (string.IsNullOrWhiteSpace(text))
            return true;
        if (!DateTime.TryParseExact(text.Trim(), Minutes, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            || local.Year < FirstYear || zone.GetUtcOffset(local) < local - DateTime.MaxValue || zone.IsInvalidTime(local))
        {
            return false;
        }

        moment = At(local, zone);
        return true;
    }

    /// <summary>The beginning of a day; null when that is none.</summary>
    /// <param name="text">As a <c>date</c> input writes it.</param>
    /// <param name="zone">Whose day.</param>
    /// <param name="daysLater">So many days after it.</param>
    public static DateTimeOffset? BeginningOf(string? text, TimeZoneInfo zone, int daysLater = 0)
    {
        if (!DateTime.TryParseExact(text, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) || day.Year is < FirstYear or > 9000)
            return null;
        var local = day.AddDays(daysLater);
        while (zone.IsInvalidTime(local)) // somewhere clocks go forward at midnight
            local = local.AddMinutes(30);
        return At(local, zone);
    }

    private static DateTimeOffset At(DateTime local, TimeZoneInfo zone) => new(local, zone.GetUtcOffset(local));
}
