using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace CloudKick.Relay.RateLimits;

/// <summary>Whom an address stands for: itself, or with IPv6 its /64, since a subscriber has a whole one to write from.</summary>
internal static class ClientNetwork
{
    private const int PrefixBytes = 8;

    public static UInt128 Of(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        (address ?? IPAddress.None).MapToIPv6().TryWriteBytes(bytes, out _);
        if (address is { IsIPv4MappedToIPv6: false, AddressFamily: AddressFamily.InterNetworkV6 })
            bytes[PrefixBytes..].Clear();
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
