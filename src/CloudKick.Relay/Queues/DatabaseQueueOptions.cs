namespace CloudKick.Relay.Queues;

/// <summary>The bounds of a <see cref="DatabaseQueue{T}"/>.</summary>
internal sealed record DatabaseQueueOptions
{
    /// <summary>Items that wait at most; whoever adds the next one waits too.</summary>
    public required int Capacity { get; init; }

    /// <summary>Items written in one statement at most.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The first wait after a failure; doubled with each further one.</summary>
    public TimeSpan MinimumRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait after a failure.</summary>
    public TimeSpan MaximumRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long writing what is left may take when the host stops.</summary>
    public required TimeSpan DrainTimeout { get; init; }
}
