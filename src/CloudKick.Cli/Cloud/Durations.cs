using System.CommandLine;
using System.Globalization;

namespace CloudKick.Cli.Cloud;

/// <summary>Options that take a length of time: <c>500ms</c>, <c>20s</c>, <c>2m</c>.</summary>
internal static class Durations
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
        [("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1))];

    public static Option<TimeSpan?> Option(string name, string description, TimeSpan maximum) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Parse(text) is { } value && value >= TimeSpan.FromMilliseconds(1) && value <= maximum)
                return value;
            result.AddError($"{name} is '{text}'; it must be a time such as 500ms, 20s or 2m, at most {Show(maximum)}.");
            return null;
        },
    };

    /// <summary>Null when it is none.</summary>
    public static TimeSpan? Parse(string text)
    {
        foreach (var (unit, length) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number * length.TotalDays < 1_000)
                return length * number;
        }

        return null;
    }

    /// <summary>As people write it, in the largest unit that leaves no fraction.</summary>
    public static string Show(TimeSpan time)
    {
        var (unit, length) = Units.Last(unit => unit.Length == Units[0].Length || (time >= unit.Length && time.Ticks % unit.Length.Ticks == 0));
        return string.Create(CultureInfo.InvariantCulture, $"{time / length:0.##}{unit}");
    }
}
