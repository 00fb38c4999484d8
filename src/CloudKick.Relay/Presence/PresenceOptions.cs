using System.ComponentModel.DataAnnotations;

namespace CloudKick.Relay.Presence;

/// <summary>How the node follows which terminals are connected: section <c>CloudKick:Presence</c>.</summary>
public sealed class PresenceOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "CloudKick:Presence";

    /// <summary>Listen to the cloud's lifecycle events over MQTT: default on.</summary>
    public bool Mqtt { get; set; } = true;

    /// <summary>
    /// Events that wait for the database at most: 100 to 1,000,000, default 10,000. When it is full, events are not acknowledged to the
    /// cloud until there is room.
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
    /// How long the cloud keeps events for the node after its connection broke: 0 to 1 h, default 5 min. Events of a longer gap are lost.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan SessionExpiry { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The wait before a refused subscription is asked for again: 1 s to 10 min, default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan SubscribeRetryDelay { get; set; } = TimeSpan.FromSeconds(30);
}
