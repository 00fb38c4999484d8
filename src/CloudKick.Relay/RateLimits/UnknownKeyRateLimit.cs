using System.Net;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.RateLimits;

/// <summary>How often one network address may try API keys that this node has not seen to exist. Thread-safe.</summary>
internal sealed class UnknownKeyRateLimit(IOptions<RateLimitOptions> options, TimeProvider timeProvider)
{
    private const int PrefixBytes = 8;

    private readonly Throttle<UInt128> _throttle = new(options.Value.UnknownKeys, options.Value.MaximumTracked, timeProvider);

    public bool TryAcquire(IPAddress? address, out TimeSpan retryAfter) => _throttle.TryAcquire(Network(address), out retryAfter);

    // An IPv6 subscriber has a whole /64 to write from.
    private static UInt128 Network(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        (address ?? IPAddress.None).MapToIPv6().TryWriteBytes(bytes, out _);
        if (address is { IsIPv4MappedToIPv6: false, AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 })
            bytes[PrefixBytes..].Clear();
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
