namespace CloudKick.Faults.Tests.Experiments;

/// <summary>How large experiments are: small enough for every test run, or, with <c>CLOUDKICK_FULL_SIZE=1</c>, as they were asked for.</summary>
internal static class Size
{
    public const string Variable = "CLOUDKICK_FULL_SIZE";

    /// <summary>What ends an experiment that hangs, full-size ones included; milliseconds.</summary>
    public const int Patience = 1_800_000;

    public static bool IsFull { get; } = Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>One of the two.</summary>
    public static T Of<T>(T scaled, T full) => IsFull ? full : scaled;
}
