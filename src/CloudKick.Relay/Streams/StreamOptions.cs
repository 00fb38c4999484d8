using System.ComponentModel.DataAnnotations;

namespace CloudKick.Relay.Streams;

/// <summary>The answers that stay open and tell what happens (server-sent events): section <c>CloudKick:Streams</c>.</summary>
internal sealed class StreamOptions
{
    public const string Section = "CloudKick:Streams";

    /// <summary>Streams that one API key or person may have open on a node: 1 to 10,000, default 50.</summary>
    [Range(1, 10_000)]
    public int MaximumPerCaller { get; set; } = 50;

    /// <summary>Streams on a node: 1 to 100,000, default 2,000.</summary>
    [Range(1, 100_000)]
    public int Maximum { get; set; } = 2_000;

    /// <summary>How long a stream may be silent before it says that it is still there: 1 s to 1 min, default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a stream that ends by nothing else may last; its reader then comes again. 1 min to 1 h, default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "01:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(10);
}
