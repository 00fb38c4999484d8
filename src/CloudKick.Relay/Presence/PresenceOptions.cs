using System.ComponentModel.DataAnnotations;

namespace CloudKick.Relay.Presence;

/// <summary>Where the node hears which terminals are connected.</summary>
public enum PresenceSourceKind
{
    /// <summary>From AWS IoT Core's lifecycle topics, over an MQTT connection of <c>CloudKick:Mqtt</c>.</summary>
    Mqtt,

    /// <summary>From a queue of SQS that a topic rule fills with lifecycle events. It keeps them while no node runs.</summary>
    Sqs,

    /// <summary>Nowhere: the presence of every terminal is unknown.</summary>
    None,
}

/// <summary>How the node follows which terminals are connected: section <c>CloudKick:Presence</c>.</summary>
public sealed class PresenceOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "CloudKick:Presence";

    /// <summary>Where events come from: <c>Mqtt</c> (default), <c>Sqs</c> or <c>None</c>.</summary>
    public PresenceSourceKind Source { get; set; }

    /// <summary>
    /// The queue's URL, for <c>Sqs</c>: https, or http on this machine; in the region of <c>CloudKick:Aws</c>, whose credentials are used.
    /// </summary>
    public string? QueueUrl { get; set; }

    /// <summary>How long one call waits for events while the queue is empty, in whole seconds: 1 to 20 s, default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:20")]
    public TimeSpan QueueWait { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Calls that read the queue at once: 1 to 32, default 4. Each takes up to ten events, and more when those are in the database.</summary>
    [Range(1, 32)]
    public int QueueReaders { get; set; } = 4;

    /// <summary>
    /// Events that wait for the database at most: 100 to 1,000,000, default 10,000. When it is full, events are neither acknowledged to
    /// the cloud nor taken from the queue until there is room.
    /// </summary>
    [Range(100, 1_000_000)]
    public int MaximumWaiting { get; set; } = 10_000;

    /// <summary>Events written in one statement at most: 1 to 10,000, default 500.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 500;

    /// <summary>How long writing the last events may take when the node stops: 100 ms to 1 min, default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// For <c>Mqtt</c>: how long the cloud keeps events for the node after its connection broke: 0 to 1 h, default 5 min. Events of a longer gap are lost.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan SessionExpiry { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>For <c>Mqtt</c>: the wait before a refused subscription is asked for again: 1 s to 10 min, default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan SubscribeRetryDelay { get; set; } = TimeSpan.FromSeconds(30);
}
