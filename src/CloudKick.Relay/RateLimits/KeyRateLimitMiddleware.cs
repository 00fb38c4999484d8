using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.RateLimits;

/// <summary>Holds each API key, and everybody who is signed in, to their rate.</summary>
internal sealed class KeyRateLimitMiddleware(RequestDelegate next, IOptions<RateLimitOptions> options, TimeProvider timeProvider)
{
    private readonly Throttle<string> _throttle = new(options.Value.Key, options.Value.MaximumTracked, timeProvider);

    public Task InvokeAsync(HttpContext context) =>
        context.Features.Get<Caller>() is not { } caller || _throttle.TryAcquire(caller.Id, out var retryAfter)
            ? next(context)
            : Problem.RateLimited("More requests came from this API key or person than the limit allows. Wait as long as Retry-After says.", retryAfter)
                .ExecuteAsync(context);
}
