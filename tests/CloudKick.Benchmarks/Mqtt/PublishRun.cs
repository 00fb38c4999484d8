namespace CloudKick.Benchmarks.Mqtt;

/// <summary>What one client did in one run.</summary>
internal sealed record PublishRun
{
    /// <summary>Messages that were acknowledged.</summary>
    public required long Messages { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Milliseconds from publish to acknowledgement that half of the messages took at most.</summary>
    public required double P50 { get; init; }

    /// <summary>The same for 99 of 100.</summary>
    public required double P99 { get; init; }

    /// <summary>Of this process, in which one client at a time runs; the broker is another.</summary>
    public required double CpuSeconds { get; init; }

    /// <summary>Of the broker.</summary>
    public required double BrokerCpuSeconds { get; init; }

    /// <summary>By the runtime; what a C library allocates is not seen.</summary>
    public required long AllocatedBytes { get; init; }

    public double MessagesPerSecond => Messages / Seconds;
}
