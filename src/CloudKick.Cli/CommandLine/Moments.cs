using System.Globalization;

namespace CloudKick.Cli.CommandLine;

/// <summary>How moments look to people.</summary>
internal static class Moments
{
    /// <summary>UTC to the second; a dash for none.</summary>
    public static string Show(DateTimeOffset? moment) =>
        moment?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "-";
}
