using System.Globalization;

namespace CloudKick.Relay.Terminals;

/// <summary>Compares terminals' firmware: numbers with dots between, like <c>14.0.11.01</c>.</summary>
internal static class FirmwareVersion
{
    /// <summary>The first that has Cloud Connect 2.0.</summary>
    public const string FirstWithCloudConnect2 = "14.0.11.01";

    /// <summary>Whether a version is a given one or later, number by number; what one lacks at its end counts as 0.</summary>
    /// <param name="version">As <see cref="TerminalRules"/> takes it.</param>
    /// <param name="minimum">Likewise.</param>
    public static bool IsAtLeast(string version, string minimum)
    {
        var numbers = Numbers(version);
        var least = Numbers(minimum);
        for (var i = 0; i < Math.Max(numbers.Length, least.Length); i++)
        {
            var difference = numbers.ElementAtOrDefault(i) - least.ElementAtOrDefault(i);
            if (difference != 0)
                return difference > 0;
        }

        return true;
    }

    private static int[] Numbers(string version) =>
        [.. version.Split('.').Select(number => int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture))];
}
