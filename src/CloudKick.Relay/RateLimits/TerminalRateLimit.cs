using System.Text;
using CloudKick.Relay.Database;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.RateLimits;

/// <summary>How often a merchant may kick one terminal through this node: nobody can use up another's terminal's limit. Thread-safe.</summary>
internal interface ITerminalRateLimit
{
    /// <summary>Counts one kick; when that is one too many, says when the next will pass.</summary>
    bool TryAcquire(MerchantId merchant, string terminalId, out TimeSpan retryAfter);
}

internal sealed class TerminalRateLimit(IOptions<RateLimitOptions> options, TimeProvider timeProvider) : ITerminalRateLimit
{
    private readonly Throttle<MerchantTerminal> _throttle = new(options.Value.Terminal, options.Value.MaximumTracked, timeProvider);

    public bool TryAcquire(MerchantId merchant, string terminalId, out TimeSpan retryAfter) =>
        _throttle.TryAcquire(MerchantTerminal.Of(merchant, terminalId), out retryAfter);

    /// <summary>A terminal of a merchant, without a string: a hundred thousand of them are kept.</summary>
    private readonly record struct MerchantTerminal(Guid Merchant, ulong First, ulong Second)
    {
        // A valid terminal id is at most this long, and ASCII.
        private const int Longest = 16;

        public static MerchantTerminal Of(MerchantId merchant, string terminalId)
        {
            Span<byte> characters = stackalloc byte[Longest];
            characters.Clear();
            Encoding.ASCII.GetBytes(terminalId, characters);
            return new(merchant.Value, BitConverter.ToUInt64(characters), BitConverter.ToUInt64(characters[sizeof(ulong)..]));
        }
    }
}
