using Microsoft.Extensions.Options;

namespace CloudKick.Relay.RateLimits;

/// <summary>How often one terminal may be kicked through this node, whoever asks. Thread-safe.</summary>
internal interface ITerminalRateLimit
{
    /// <summary>Counts one kick; when that is one too many, says when the next will pass.</summary>
    bool TryAcquire(string terminalId, out TimeSpan retryAfter);
}

internal sealed class TerminalRateLimit(IOptions<RateLimitOptions> options, TimeProvider timeProvider) : ITerminalRateLimit
{
    private readonly Throttle<string> _throttle = new(options.Value.Terminal, options.Value.MaximumTracked, timeProvider);

    public bool TryAcquire(string terminalId, out TimeSpan retryAfter) => _throttle.TryAcquire(terminalId, out retryAfter);
}
