namespace CloudKick.Faults.Proxying;

/// <summary>What a link does to the bytes that go one way. The default does nothing to them.</summary>
public sealed record LinkFaults
{
    /// <summary>Nothing is wrong.</summary>
    public static LinkFaults None { get; } = new();

    /// <summary>How long every byte is under way. Default 0.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>How much longer than that it may be, evenly at random; bytes stay in order. Default 0.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Bytes a second that get through. Default 0: no limit.</summary>
    public int BytesPerSecond { get; init; }

    /// <summary>The most that arrives in one piece, at random from 1 byte up to this. Default 0: as it was sent.</summary>
    public int SliceBytes { get; init; }

    /// <summary>Nothing gets through, not even the end of the connection; what was sent waits. Default false.</summary>
    public bool Hangs { get; init; }

    /// <summary>After so many bytes of a connection it is reset, in the middle of whatever it was saying. Default null: never.</summary>
    public long? ResetsAfterBytes { get; init; }

    /// <summary>
    /// After so many bytes from now on, of all connections together, the one that carries the last of them is reset; then all is sound again.
    /// Default null: never.
    /// </summary>
    public long? TearsOnceAfterBytes { get; init; }
}
