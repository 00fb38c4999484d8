using System.Globalization;

namespace CloudKick.Cli.Doctor.Network;

/// <summary>What a wrong clock means.</summary>
internal static class ClockCheck
{
    public const string Name = "clock";

    private const string Mend = "Let this machine's clock be set by NTP (outgoing UDP port 123).";

    // A kick lives 5 s at least.
    private static readonly TimeSpan Harmless = TimeSpan.FromSeconds(5);

    // AWS refuses requests that are signed more than 5 minutes off.
    private static readonly TimeSpan Harmful = TimeSpan.FromMinutes(4);

    /// <param name="clock">Null: the endpoint told no time.</param>
    public static Finding Judge(ServerClock? clock)
    {
        if (clock is null)
            return Finding.Warning(Name, "The endpoint does not tell its time (no Date header)", "Compare this machine's clock with another one.");
        var evidence = string.Create(
            CultureInfo.InvariantCulture,
            $"{Math.Abs(clock.Offset.TotalSeconds):0.0} s {(clock.Offset > TimeSpan.Zero ? "ahead of" : "behind")} the endpoint's Date header, give or take {clock.Accuracy.TotalSeconds:0.0} s");
        return (clock.Offset.Duration() - clock.Accuracy) switch
        {
            var off when off <= Harmless => Finding.Ok(Name, evidence),
            var off when off <= Harmful => Finding.Warning(Name, evidence, Mend + " A terminal with such a clock takes kicks for late, or late ones for valid."),
            _ => Finding.Failed(Name, evidence, Mend + " AWS refuses signed requests from 5 minutes on, and certificates seem out of date."),
        };
    }
}
