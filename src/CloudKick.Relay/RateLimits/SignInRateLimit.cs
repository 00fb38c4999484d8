using System.Net;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.RateLimits;

/// <summary>How often one network address may try to sign in, whoever as: a password takes time to check. Thread-safe.</summary>
internal sealed class SignInRateLimit(IOptions<RateLimitOptions> options, TimeProvider timeProvider)
{
    private readonly Throttle<UInt128> _throttle = new(options.Value.SignIns, options.Value.MaximumTracked, timeProvider);

    public bool TryAcquire(IPAddress? address, out TimeSpan retryAfter) => _throttle.TryAcquire(ClientNetwork.Of(address), out retryAfter);
}
