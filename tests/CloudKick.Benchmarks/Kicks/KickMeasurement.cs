namespace CloudKick.Benchmarks.Kicks;

/// <summary>One run against one contestant.</summary>
internal sealed record KickMeasurement
{
    public required string Contestant { get; init; }

    public required int Connections { get; init; }

    public required int Round { get; init; }

    public required double KicksPerSecond { get; init; }

    /// <summary>Milliseconds that half of the answers took at most.</summary>
    public required double P50 { get; init; }

    /// <summary>Milliseconds that 99 of 100 answers took at most.</summary>
    public required double P99 { get; init; }

    /// <summary>CPU seconds per 1,000 kicks, by process.</summary>
    public required CpuUse Cpu { get; init; }

    /// <summary>The most that it had in memory, looked at twice a second.</summary>
    public required double ResidentMebibytes { get; init; }

    /// <summary>What the runtime allocated for one kick, in bytes, all that goes on beside kicks included; null when nobody knows.</summary>
    public required double? AllocatedPerKick { get; init; }

    /// <summary>Requests that were answered with an error.</summary>
    public required long Refused { get; init; }

    /// <summary>Requests whose connection broke, or that got no answer.</summary>
    public required long Broken { get; init; }

    /// <summary>Requests that got no kick.</summary>
    public long Failed => Refused + Broken;

    /// <summary>
    /// Kicks that never reached the subscriber: of those in the database, or, for a contestant without one, of those answered with 201.
    /// And kicks that were answered with 201 and are not in the database.
    /// </summary>
    public required long Lost { get; init; }

    /// <summary>Messages for a kick that had reached the subscriber before.</summary>
    public required long Doubled { get; init; }
}

/// <summary>CPU seconds, by process.</summary>
/// <param name="Contestant">The relay or the peer.</param>
/// <param name="PostgreSql">The server with all its backends.</param>
/// <param name="Mosquitto">The broker.</param>
/// <param name="Load">wrk and the subscriber: what measuring costs.</param>
internal sealed record CpuUse(double Contestant, double PostgreSql, double Mosquitto, double Load)
{
    public CpuUse Since(CpuUse earlier) => new(
        Contestant - earlier.Contestant, PostgreSql - earlier.PostgreSql, Mosquitto - earlier.Mosquitto, Load - earlier.Load);

    public CpuUse Per(double kicks) => new(Contestant / kicks, PostgreSql / kicks, Mosquitto / kicks, Load / kicks);
}
