using System.Globalization;
using CloudKick.Benchmarks.Stage;

namespace CloudKick.Benchmarks.Volume;

/// <summary>The relay as a process of its own, for its pages and its API: no cloud answers it, nobody needs a second factor, and keys may ask often.</summary>
internal sealed class RelayProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process;

    private RelayProcess(ChildProcess process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    public static async Task<RelayProcess> StartAsync(string connectionString, CancellationToken cancellationToken)
    {
        var port = FreePort.Find().ToString(CultureInfo.InvariantCulture);
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__CloudKick"] = connectionString,
            ["CloudKick__Http__Address"] = "127.0.0.1",
            ["CloudKick__Http__Port"] = port,
            ["CloudKick__Tas__Address"] = "127.0.0.1",
            ["CloudKick__Tas__Port"] = "0",
            // The discard port: refused at once.
            ["CloudKick__Mqtt__Host"] = "127.0.0.1",
            ["CloudKick__Mqtt__Port"] = "9",
            ["CloudKick__Mqtt__Tls"] = "false",
            ["CloudKick__Users__RequireSecondFactor"] = "Nobody",
            ["CloudKick__RateLimits__Key__PerMinute"] = "1000000",
            ["CloudKick__RateLimits__Key__Burst"] = "100000",
        };
        var process = ChildProcess.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "CloudKick.Relay.dll")], environment);
        var relay = new RelayProcess(process, new Uri($"http://127.0.0.1:{port}/"));
        try
        {
            await process.WaitForAsync(new Uri(relay.Address, "health/live"), StartTimeout, cancellationToken);
            return relay;
        }
        catch
        {
            await relay.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
