namespace CloudKick.Faults.Judging;

/// <summary>What a run is judged by, as far as experiments differ in it.</summary>
public sealed record Rules
{
    /// <summary>Whose each terminal is: the merchant by the terminal's id.</summary>
    public required IReadOnlyDictionary<string, Guid> Merchants { get; init; }

    /// <summary>What the kicks' topics begin with. Default <c>NL-CAT/</c>.</summary>
    public string TopicPrefix { get; init; } = "NL-CAT/";

    /// <summary>
    /// Codes of problems that may be the last that a till heard about an idempotency key: where an experiment means requests to be
    /// refused and does not repeat them. Default none: in the end every key stands for a kick.
    /// </summary>
    public IReadOnlyCollection<string> FinalRefusals { get; init; } = [];

    /// <summary>
    /// Codes of problems with status 500 that a till may hear on the way to its kick: where an experiment breaks something that the relay
    /// cannot know for anything but its own fault. Default none.
    /// </summary>
    public IReadOnlyCollection<string> ToleratedFaults { get; init; } = [];

    /// <summary>How long after its deadline a kick's end is recorded at the latest. Default 10 s.</summary>
    public TimeSpan EndWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How soon a dead node's kicks are taken over. Default 10 s.</summary>
    public TimeSpan TakeOverWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long after its terminal left the whitelist a kick that was allowed just before may still come to the broker. Default 2 s: what the
    /// database said holds for a tenth of a second, and the rest is for a machine that is busy.
    /// </summary>
    public TimeSpan UnderWay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whether the broker may take a kick after its deadline: only where the experiment holds up bytes that had left a node, so that
    /// nothing but the terminal and the TAS can refuse it. Default false.
    /// </summary>
    public bool NetworkDelays { get; init; }

    /// <summary>
    /// Whether every message that the broker took is in the history, at the moment when it took it, and from whom. Default true; a broker
    /// that only a subscriber watches takes some unseen, and does not tell from whom.
    /// </summary>
    public bool BrokerTellsAll { get; init; } = true;

    /// <summary>Kicks a second that one MQTT connection may publish at most: AWS discards above 100, the default. 0: not looked at.</summary>
    public int PublishesPerSecond { get; init; } = 100;

    /// <summary>Kicks that one MQTT connection may have published without an acknowledgement. Default 100, AWS's limit.</summary>
    public int MaximumInFlight { get; init; } = 100;
}
