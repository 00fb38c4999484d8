using System.Globalization;

namespace CloudKick.Relay.Terminals.States;

/// <summary>Where the list of terminals that fail more than usual goes on.</summary>
/// <param name="Surprise">How unlikely the failures are of the terminal that it goes on behind.</param>
/// <param name="TerminalId">That terminal.</param>
internal sealed record UnusualPlace(double Surprise, string TerminalId)
{
    public static string Of(TerminalListRow row) => row.Surprise.ToString("R", CultureInfo.InvariantCulture) + "~" + row.TerminalId;

    /// <summary>Null: no such place.</summary>
    public static UnusualPlace? Read(string? text) =>
        text?.Split('~') is [var surprise, var terminal] && Terminals.TerminalId.IsWellFormed(terminal)
        && double.TryParse(surprise, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? new UnusualPlace(value, terminal)
            : null;
}
