namespace CloudKick.Faults.Tests.Experiments;

/// <summary>How large experiments are: small enough for every test run, or, with <c>CLOUDKICK_FULL_SIZE=1</c>, as they were asked for.</summary>
internal static class Size
{
    public const string Variable = "CLOUDKICK_FULL_SIZE";

    private static readonly TimeSpan ScaledPatience = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan FullPatience = TimeSpan.FromMinutes(30);

    public static bool IsFull { get; } = Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>What ends an experiment that hangs: of the small ones before the test command gives the whole process up, which is after ten minutes.</summary>
    public static TimeSpan Patience { get; } = Of(ScaledPatience, FullPatience);

    /// <summary>One of the two.</summary>
    public static T Of<T>(T scaled, T full) => IsFull ? full : scaled;
}

/// <summary>NUnit's <see cref="CancelAfterAttribute"/> with <see cref="Size.Patience"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PatienceAttribute() : CancelAfterAttribute((int)Size.Patience.TotalMilliseconds);
