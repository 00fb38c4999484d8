using System.ComponentModel.DataAnnotations;

namespace CloudKick.Relay.Sessions;

/// <summary>How the node keeps note of terminals' TAS sessions: section <c>CloudKick:Sessions</c>.</summary>
public sealed class SessionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "CloudKick:Sessions";

    /// <summary>Ends of sessions that wait for the database at most: 100 to 1,000,000, default 50,000. The next one waits too.</summary>
    [Range(100, 1_000_000)]
    public int MaximumUnrecordedEnds { get; set; } = 50_000;

    /// <summary>How long recording the last ends may take when the node stops: 100 ms to 1 min, default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often the node compares its sessions with the database's, over and above the notifications: 1 s to 10 min, default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ReconcileInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A session that only the database knows is closed there once it is this old: 10 s to 10 min, default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "00:10:00")]
    public TimeSpan ReconcileGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The wait before a terminal's admission is tried again while the database is away, or the node's heartbeat not recorded: 10 ms to 1 s,
    /// default 100 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:00:01")]
    public TimeSpan AdmissionRetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);
}
