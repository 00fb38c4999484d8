using System.Net;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.RateLimits;

/// <summary>How often one network address may try API keys that this node has not seen to exist. Thread-safe.</summary>
internal sealed class UnknownKeyRateLimit(IOptions<RateLimitOptions> options, TimeProvider timeProvider)
{
    private readonly Throttle<UInt128> _throttle = new(options.Value.UnknownKeys, options.Value.MaximumTracked, timeProvider);

    public bool TryAcquire(IPAddress? address, out TimeSpan retryAfter) => _throttle.TryAcquire(ClientNetwork.Of(address), out retryAfter);
}
