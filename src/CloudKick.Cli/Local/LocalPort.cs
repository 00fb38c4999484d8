using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CloudKick.Cli.CommandLine;
using Microsoft.AspNetCore.Connections;

namespace CloudKick.Cli.Local;

/// <summary>A port of <c>local</c>: what it is for, the option that moves it, and its number, 0 for any free one.</summary>
internal sealed record LocalPort(string Option, string Of, int Number)
{
    public static LocalPort Http(LocalSettings settings) => new("--http-port", "the HTTP API", settings.HttpPort);

    public static LocalPort Iot(LocalSettings settings) => new("--iot-port", "the cloud (MQTT)", settings.IotPort);

    public static LocalPort Tas(LocalSettings settings) => new("--tas-port", "the TAS", settings.TasPort);

    /// <summary>Looks whether ports can be listened on: asked before anything is started, the answer comes at once and for all of them.</summary>
    /// <exception cref="CliException">Some cannot.</exception>
    public static void MustBeFree(params LocalPort[] ports)
    {
        var wanted = ports.Where(port => port.Number != 0).ToList();
        if (wanted.GroupBy(port => port.Number).FirstOrDefault(group => group.Count() > 1) is { } doubled)
            throw CliException.Usage($"{string.Join(" and ", doubled.Select(port => port.Option))} are both {doubled.Key}.");
        var faults = wanted.Select(port => port.Fault()).OfType<string>().ToList();
        if (faults.Count > 0)
        {
            throw new CliException(
                ExitCode.Unavailable, string.Join(Environment.NewLine, faults), "0 takes any free port. Is another `cloudkick local` running?", "port-in-use");
        }
    }

    /// <summary>Starts what listens on these ports; one that was taken in the meantime is named.</summary>
    public static async Task<T> ListenAsync<T>(Func<Task<T>> start, params LocalPort[] ports)
    {
        try
        {
            return await start();
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            MustBeFree(ports);
            throw;
        }
    }

    private string? Fault()
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, Number);
            probe.Start();
            return null;
        }
        catch (SocketException failure)
        {
            var what = failure.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "is in use",
                SocketError.AccessDenied => "is not for an ordinary user",
                _ => $"cannot be listened on ({failure.Message})",
            };
            return string.Create(CultureInfo.InvariantCulture, $"Port {Number}, for {Of}, {what}: choose another with {Option}.");
        }
    }
}
