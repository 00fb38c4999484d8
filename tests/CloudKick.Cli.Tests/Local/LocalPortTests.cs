using System.Net;
using System.Net.Sockets;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;

namespace CloudKick.Cli.Tests.Local;

internal sealed class LocalPortTests
{
    [Test]
    public void Every_port_in_use_is_named_with_its_option()
    {
        using var first = Listen();
        using var second = Listen();
        var ports = new[] { new LocalPort("--a-port", "the first", Number(first)), new LocalPort("--b-port", "the second", Number(second)) };

        Assert.That(
            () => LocalPort.MustBeFree(ports),
            Throws.TypeOf<CliException>().With.Property(nameof(CliException.ExitCode)).EqualTo(ExitCode.Unavailable)
                .And.Message.Contains($"Port {Number(first)}, for the first, is in use: choose another with --a-port.").And.Message.Contains("--b-port"));
    }

    [Test]
    public void Two_options_with_one_port_are_misuse() =>
        Assert.That(
            () => LocalPort.MustBeFree(new LocalPort("--a-port", "a", 40001), new LocalPort("--b-port", "b", 40001)),
            Throws.TypeOf<CliException>().With.Property(nameof(CliException.ExitCode)).EqualTo(ExitCode.Usage)
                .And.Message.Contains("--a-port and --b-port are both 40001"));

    [Test]
    public void Any_free_port_is_always_free() =>
        Assert.That(() => LocalPort.MustBeFree(new LocalPort("--a-port", "a", 0), new LocalPort("--b-port", "b", 0)), Throws.Nothing);

    [Test]
    public void A_port_taken_in_the_meantime_is_named()
    {
        using var taken = Listen();
        var failure = new IOException("Failed to bind", new Microsoft.AspNetCore.Connections.AddressInUseException("in use"));

        Assert.That(
            () => LocalPort.ListenAsync<int>(() => throw failure, new LocalPort("--a-port", "a", Number(taken))),
            Throws.TypeOf<CliException>().With.Message.Contains("--a-port"));
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static int Number(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}
