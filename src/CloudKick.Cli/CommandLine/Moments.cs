using System.CommandLine;
using System.Globalization;
using CloudKick.Relay.Times;

namespace CloudKick.Cli.CommandLine;

/// <summary>How moments look to people, and how people give them.</summary>
internal static class Moments
{
    /// <summary>UTC to the second; a dash for none.</summary>
    public static string Show(DateTimeOffset? moment) =>
        moment?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>An option for one, as the API takes it: with its offset, so that it means the same on every machine.</summary>
    public static Option<DateTimeOffset?> Option(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            if (Rfc3339.TryParse(result.Tokens[0].Value, out var moment))
                return moment;
            result.AddError($"{name} {Rfc3339.Rule}; '{result.Tokens[0].Value}' is not.");
            return null;
        },
    };
}
