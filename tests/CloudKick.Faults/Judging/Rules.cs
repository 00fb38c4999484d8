namespace CloudKick.Faults.Judging;

/// <summary>What a run is judged by, as far as experiments differ in it.</summary>
public sealed record Rules
{
    /// <summary>Whose kicks they are.</summary>
    public required Guid MerchantId { get; init; }

    /// <summary>What the kicks' topics begin with. Default <c>NL-CAT/</c>.</summary>
    public string TopicPrefix { get; init; } = "NL-CAT/";

    /// <summary>How long after its deadline a kick's end is recorded at the latest. Default 10 s.</summary>
    public TimeSpan EndWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How soon a dead node's kicks are taken over. Default 10 s.</summary>
    public TimeSpan TakeOverWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an attempt that began before the whitelist changed may still be under way: a lease. Default 5 s.</summary>
    public TimeSpan AttemptLasts { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether the broker may take a kick after its deadline: only where the experiment holds up bytes that had left a node, so that
    /// nothing but the terminal and the TAS can refuse it. Default false.
    /// </summary>
    public bool NetworkDelays { get; init; }

    /// <summary>Kicks a second that one MQTT connection may publish at most. Default 0: not looked at.</summary>
    public int PublishesPerSecond { get; init; }
}
