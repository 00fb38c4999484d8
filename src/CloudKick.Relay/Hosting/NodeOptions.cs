using System.ComponentModel.DataAnnotations;

namespace CloudKick.Relay.Hosting;

/// <summary>This process among the relay's nodes: section <c>CloudKick:Node</c>.</summary>
public sealed class NodeOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "CloudKick:Node";

    /// <summary>What the node's name begins with; default: the machine's name. A random suffix is added.</summary>
    public string? Name { get; set; }

    /// <summary>How often the node says that it lives: 100 ms to 10 s, default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:10")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A node silent for this long is dead, and so are its terminals' sessions: 1 s to 1 min, default 5 s. Several heartbeats.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}
