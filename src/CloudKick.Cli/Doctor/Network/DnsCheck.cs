using System.Net;
using System.Net.Sockets;

namespace CloudKick.Cli.Doctor.Network;

/// <summary>What DNS says of the endpoint.</summary>
internal static class DnsCheck
{
    public const string Name = "dns";
    public const string WhenSilent = "Check which DNS server this network gives out, and that it can be reached.";

    private const string Amazon = ".amazonaws.com";

    /// <summary>The addresses, or what stands in their place.</summary>
    public static async Task<(Finding Finding, IReadOnlyList<IPAddress> Addresses)> LookAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
            return (Judge(host, addresses), addresses);
        }
        catch (SocketException exception)
        {
            return (Unknown(host, exception.SocketErrorCode), []);
        }
    }

    /// <summary>What the answer means. Pure.</summary>
    public static Finding Judge(string host, IReadOnlyList<IPAddress> addresses)
    {
        if (addresses.Count == 0)
            return Unknown(host, SocketError.NoData);
        if (IPAddress.TryParse(host, out _))
            return Finding.Warning(Name, $"{host} is an address, not a name", "Name the endpoint by its name: AWS chooses by it (SNI), and its certificate is for it.");

        var evidence = $"{host}: {Describe(addresses)}";
        return IsAmazon(host) && addresses.All(IsPrivate)
            ? Finding.Warning(Name, $"{evidence}; none of these is public", "Right for a VPC endpoint. Else this network's DNS answers for AWS itself: a filter, or a captive portal that wants a sign-in first.")
            : Finding.Ok(Name, evidence);
    }

    /// <summary>Whether a name is AWS's, in any of its partitions.</summary>
    public static bool IsAmazon(string host) =>
        host.EndsWith(Amazon, StringComparison.OrdinalIgnoreCase) || host.EndsWith(Amazon + ".cn", StringComparison.OrdinalIgnoreCase);

    private static Finding Unknown(string host, SocketError error) => error is SocketError.TryAgain
        ? Finding.Failed(Name, $"No DNS server answers for {host} ({error})", WhenSilent)
        : Finding.Failed(Name, $"{host} has no address ({error})", "Check the name. If it is right, this network's DNS must answer for it: a filter may not.");

    private static string Describe(IReadOnlyList<IPAddress> addresses) => string.Join("; ", new[]
    {
        (Label: "IPv4", Family: AddressFamily.InterNetwork), (Label: "IPv6", Family: AddressFamily.InterNetworkV6),
    }.Select(kind => (kind.Label, Of: addresses.Where(address => address.AddressFamily == kind.Family).ToList()))
        .Select(kind => kind.Of.Count == 0 ? $"no {kind.Label}" : $"{kind.Label} {string.Join(", ", kind.Of)}"));

    private static bool IsPrivate(IPAddress address)
    {
        if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal)
            return true;
        if (address.AddressFamily != AddressFamily.InterNetwork)
            return false;
        var bytes = address.GetAddressBytes();
        return bytes[0] is 10 or 0 || (bytes[0], bytes[1]) is (192, 168) or (169, 254) or (100, >= 64 and < 128) or (172, >= 16 and < 32);
    }
}
