using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.RateLimits;

/// <summary>The limits that each node keeps by itself, in memory: section <c>CloudKick:RateLimits</c>.</summary>
internal sealed class RateLimitOptions
{
    public const string Section = "CloudKick:RateLimits";

    /// <summary>Requests of one API key. Default 6,000 per minute, 200 at once.</summary>
    [ValidateObjectMembers]
    public RateLimit Key { get; set; } = new() { PerMinute = 6_000, Burst = 200 };

    /// <summary>Kicks of one terminal by its merchant. Default 12 per minute, 6 at once.</summary>
    [ValidateObjectMembers]
    public RateLimit Terminal { get; set; } = new() { PerMinute = 12, Burst = 6 };

    /// <summary>
    /// Keys that this node has not seen to exist, tried from one network address (IPv6: one /64): each costs a database query.
    /// Default 600 per minute, 100 at once.
    /// </summary>
    [ValidateObjectMembers]
    public RateLimit UnknownKeys { get; set; } = new() { PerMinute = 600, Burst = 100 };

    /// <summary>Attempts to sign in from one network address (IPv6: one /64). Default 60 per minute, 20 at once.</summary>
    [ValidateObjectMembers]
    public RateLimit SignIns { get; set; } = new() { PerMinute = 60, Burst = 20 };

    /// <summary>Keys, terminals and addresses that a node keeps count of at most, of each: 1,000 to 10,000,000, default 100,000.</summary>
    [Range(1_000, 10_000_000)]
    public int MaximumTracked { get; set; } = 100_000;
}
