using System.ComponentModel.DataAnnotations;

namespace CloudKick.Relay.RateLimits;

/// <summary>How often something may happen.</summary>
internal sealed class RateLimit
{
    /// <summary>In the long run, per minute: 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int PerMinute { get; set; }

    /// <summary>At once, after a quiet time: 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int Burst { get; set; }
}
