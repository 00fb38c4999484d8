using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CloudKick.LocalCloud;
using CloudKick.Testing;

namespace CloudKick.EndToEnd.Tests;

/// <summary>A node of the relay as a process of its own, which can be killed.</summary>
internal sealed class RelayProcess : IAsyncDisposable
{
    private const int HttpPort = 5080;
    private const int TasPort = 5555;
    private static int _count;

    private readonly Process _process;
    private readonly HttpClient _probe = new() { Timeout = TimeSpan.FromSeconds(2) };

    private RelayProcess(Process process, IPAddress address)
    {
        _process = process;
        Http = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{address}:{HttpPort}/"));
        Tas = new IPEndPoint(address, TasPort);
    }

    public Uri Http { get; }

    public IPEndPoint Tas { get; }

    /// <summary>Starts a node on a loopback address of its own, so that its ports are free, and waits until it is ready.</summary>
    /// <param name="database">What the nodes share.</param>
    /// <param name="cloud">Where they publish.</param>
    /// <param name="certificates">A directory with the relay's certificate files.</param>
    /// <param name="tas">Where terminals are told to connect to: the balancer before the nodes.</param>
    public static async Task<RelayProcess> StartAsync(
        TestDatabase database, LocalCloudServer cloud, string certificates, IPEndPoint tas, CancellationToken cancellationToken)
    {
        var address = new IPAddress([127, 60, (byte)(Environment.ProcessId % 250 + 1), (byte)(Interlocked.Increment(ref _count) % 250 + 1)]);
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "CloudKick.Relay.dll") },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            Environment =
            {
                ["ConnectionStrings__CloudKick"] = database.ServiceConnectionString,
                ["CloudKick__Http__Address"] = address.ToString(),
                ["CloudKick__Http__Port"] = HttpPort.ToString(CultureInfo.InvariantCulture),
                ["CloudKick__Tas__Address"] = address.ToString(),
                ["CloudKick__Tas__Port"] = TasPort.ToString(CultureInfo.InvariantCulture),
                ["CloudKick__Tas__PublicHost"] = tas.Address.ToString(),
                ["CloudKick__Tas__PublicPort"] = tas.Port.ToString(CultureInfo.InvariantCulture),
                ["CloudKick__Mqtt__Host"] = "localhost",
                ["CloudKick__Mqtt__Port"] = cloud.Port.ToString(CultureInfo.InvariantCulture),
                ["CloudKick__Mqtt__CaFile"] = cloud.CaFile,
                ["CloudKick__Mqtt__CertificateFile"] = Path.Combine(certificates, DeviceCertificate.CertificateFile),
                ["CloudKick__Mqtt__PrivateKeyFile"] = Path.Combine(certificates, DeviceCertificate.PrivateKeyFile),
                ["CloudKick__Mqtt__MessagesPerSecond"] = "0",
                ["CloudKick__RateLimits__Key__PerMinute"] = "1000000",
                ["CloudKick__RateLimits__Key__Burst"] = "100000",
                ["Logging__LogLevel__Default"] = "Warning",
            },
        };
        var node = new RelayProcess(Process.Start(start)!, address);
        node.Log(node._process.StandardOutput);
        node.Log(node._process.StandardError);
        await node.WaitUntilReadyAsync(cancellationToken);
        return node;
    }

    /// <summary>SIGKILL: nothing is said, nothing is finished.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        _probe.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"The relay ended with {_process.ExitCode}; its output is in the test's.");
            try
            {
                using var response = await _probe.GetAsync(new Uri(Http, "health/ready"), cancellationToken);
                if (response.IsSuccessStatusCode)
                    return;
            }
            catch (Exception exception) when (exception is HttpRequestException { InnerException: SocketException } or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // Not listening yet.
            }
            await Task.Delay(100, cancellationToken);
        }
    }

    private void Log(StreamReader output) => _ = Task.Run(async () =>
    {
        while (await output.ReadLineAsync() is { } line)
            TestContext.Progress.WriteLine($"[{Http.Host}] {line}");
    });
}
