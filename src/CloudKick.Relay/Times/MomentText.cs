using System.Globalization;

namespace CloudKick.Relay.Times;

/// <summary>Writes points in time for people. Pure.</summary>
internal static class MomentText
{
    // A line may end between day and time, nowhere else.
    private const string ForReaders = "d\u00a0MMM\u00a0yyyy HH:mm";

    /// <summary>
    /// As the pages write it: in a time zone that the page names, in the reader's words.
    /// </summary>
    /// <param name="moment">When.</param>
    /// <param name="zone">Where the clock hangs.</param>
    /// <param name="language">The reader's.</param>
    /// <param name="exact">To the second.</param>
    public static string Write(DateTimeOffset moment, TimeZoneInfo zone, CultureInfo language, bool exact) =>
        TimeZoneInfo.ConvertTime(moment, zone).ToString(exact ? ForReaders + ":ss" : ForReaders, language);

    /// <summary>As it stands in texts that leave the pages: in UTC, and says so.</summary>
    public static string WriteUtc(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A text's facts with the moments among them written out: for the pages in their zone, else in UTC.</summary>
    public static object[] WrittenOut(object[] facts, TimeZoneInfo? zone, CultureInfo language) =>
        [.. facts.Select(fact => fact is not DateTime moment ? fact
            : zone is null ? WriteUtc(Utc(moment))
            : Write(Utc(moment), zone, language, exact: true))];

    // As the database gives them, whatever the kind says.
    private static DateTimeOffset Utc(DateTime moment) => new(DateTime.SpecifyKind(moment, DateTimeKind.Utc));
}
