using System.Diagnostics;
using System.Globalization;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;
using CloudKick.Terminal;

namespace CloudKick.EndToEnd.Tests;

/// <summary>
/// A fleet of simulated terminals in a process of its own: this assembly, run as a program. Ten thousand terminals and their cloud would
/// need more file descriptors than one process may have.
/// </summary>
internal sealed class FleetProcess : IAsyncDisposable
{
    private const string Count = "count";
    private readonly Process _process;

    private FleetProcess(Process process) => _process = process;

    /// <summary>The child's side: cloud port, certificate authority's directory, prefix and number of terminals; then answers questions until its input ends.</summary>
    public static async Task<int> Main(string[] args)
    {
        var port = int.Parse(args[0], CultureInfo.InvariantCulture);
        using var authority = CertificateAuthority.Open(args[1]);
        await using var fleet = new TerminalFleet(Enumerable.Range(1, int.Parse(args[3], CultureInfo.InvariantCulture)).Select(i =>
        {
            var terminal = TerminalId(args[2], i);
            return new TerminalOptions { TerminalId = terminal, Mqtt = Devices.Endpoint(port, authority.IssueDeviceCertificate(terminal)) };
        }));
        var failures = await fleet.StartAsync(progress: null, CancellationToken.None);
        foreach (var failure in failures.Take(10))
            await Console.Error.WriteLineAsync(failure.ToString());
        Console.WriteLine(failures.Count);
        while (await Console.In.ReadLineAsync() is not null)
            Console.WriteLine(fleet.ConnectedCount);
        return 0;
    }

    public static string TerminalId(string prefix, int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{number:D6}");

    /// <summary>Starts it and waits until every terminal is connected and subscribed.</summary>
    public static async Task<FleetProcess> StartAsync(int cloudPort, string authorityDirectory, string prefix, int terminals, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            typeof(FleetProcess).Assembly.Location, cloudPort.ToString(CultureInfo.InvariantCulture), authorityDirectory, prefix,
            terminals.ToString(CultureInfo.InvariantCulture),
        ];
        var fleet = new FleetProcess(Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!);
        Assert.That(await fleet.ReadNumberAsync(cancellationToken), Is.Zero, "terminals could not be started");
        return fleet;
    }

    /// <summary>How many of the terminals are connected now.</summary>
    public async Task<int> ConnectedAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(Count.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return await ReadNumberAsync(cancellationToken);
    }

    /// <summary>The memory that it holds, in bytes.</summary>
    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<int> ReadNumberAsync(CancellationToken cancellationToken) =>
        int.Parse(
            await _process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The fleet's process ended early."),
            CultureInfo.InvariantCulture);
}
