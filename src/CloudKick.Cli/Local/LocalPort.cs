using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CloudKick.Cli.CommandLine;
using Microsoft.AspNetCore.Connections;

namespace CloudKick.Cli.Local;

/// <summary>The ports of <c>local</c>, and the option that moves each.</summary>
internal sealed record LocalPort(string Option, string Of)
{
    public static readonly LocalPort Http = new("--http-port", "the HTTP API");
    public static readonly LocalPort Iot = new("--iot-port", "the cloud (MQTT)");
    public static readonly LocalPort Tas = new("--tas-port", "the TAS");

    /// <summary>Looks whether the ports are free before anything is started: the answer comes at once, and for all of them.</summary>
    /// <exception cref="CliException">Some are taken.</exception>
    public static void MustBeFree(LocalSettings settings)
    {
        var ports = new[] { (Http, settings.HttpPort), (Iot, settings.IotPort), (Tas, settings.TasPort) };
        var taken = ports.Where(port => port.Item2 != 0 && !IsFree(port.Item2)).Select(port => port.Item1.Taken(port.Item2)).ToList();
        if (taken.Count > 0)
            throw new CliException(ExitCode.Unavailable, string.Join(Environment.NewLine, taken.Select(fault => fault.Message)), Advice, "port-in-use");
        var doubled = ports.Where(port => port.Item2 != 0).GroupBy(port => port.Item2).FirstOrDefault(group => group.Count() > 1);
        if (doubled is not null)
            throw CliException.Usage($"{string.Join(" and ", doubled.Select(port => port.Item1.Option))} are both {doubled.Key}.");
    }

    /// <summary>Runs what listens on the port; a port that was taken in the meantime is said as such.</summary>
    public async Task<T> ListenAsync<T>(int port, Func<Task<T>> start)
    {
        try
        {
            return await start();
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
        {
            throw Taken(port);
        }
        catch (IOException failure) when (failure.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            throw new CliException(ExitCode.Unavailable, $"Port {port}, for {Of}, is not for an ordinary user.", $"Choose one above 1023 with {Option}.");
        }
    }

    private const string Advice = "0 takes any free port. Is another `cloudkick local` running?";

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException inUse) when (inUse.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
        catch (SocketException)
        {
            return true; // whatever it is, listening says it better
        }
    }

    private CliException Taken(int port) => new(
        ExitCode.Unavailable,
        string.Create(CultureInfo.InvariantCulture, $"Port {port}, for {Of}, is in use: choose another with {Option}."),
        Advice,
        "port-in-use");
}
