using System.Globalization;
using CloudKick.Benchmarks.Stage;
using CloudKick.Cli.Local;
using CloudKick.Testing.Mosquitto;

namespace CloudKick.Benchmarks.Kicks;

/// <summary>What a good developer writes by hand in a day: the Node relay in <c>peer/</c>. It keeps no record of kicks.</summary>
internal sealed class PeerContestant : IContestant
{
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly ChildProcess _process;

    private PeerContestant(ChildProcess process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public string Name => "peer";

    public Uri Address { get; }

    public int ProcessId => _process.Id;

    public static async Task<PeerContestant> StartAsync(BenchmarkDatabase database, MosquittoBroker broker, CancellationToken cancellationToken)
    {
        var directory = Path.Combine(AppContext.BaseDirectory, "peer");
        await InstallAsync(directory, cancellationToken);
        var port = FreePort.Find().ToString(CultureInfo.InvariantCulture);
        var environment = new Dictionary<string, string>
        {
            ["NODE_ENV"] = "production",
            ["PORT"] = port,
            ["DATABASE_URL"] = database.PeerUrl,
            ["MQTT_URL"] = string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{broker.Port}"),
            ["MERCHANT"] = database.Merchant.ToString(),
            ["API_KEYS"] = string.Join(',', database.ApiKeys),
        };
        var process = ChildProcess.Start(CommandRun.Find("node")!, ["relay.js"], environment, directory);
        var peer = new PeerContestant(process, new Uri($"http://127.0.0.1:{port}/"));
        try
        {
            await process.WaitForAsync(new Uri(peer.Address, "health"), StartTimeout, cancellationToken);
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    public Task<long?> AllocatedAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    public Task<IReadOnlyList<Guid>?> AcceptedAsync(DateTime since, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Guid>?>(null);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    // npm writes the lock of what it has installed last of all.
    private static async Task InstallAsync(string directory, CancellationToken cancellationToken)
    {
        var installed = new FileInfo(Path.Combine(directory, "node_modules", ".package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc > File.GetLastWriteTimeUtc(Path.Combine(directory, "package-lock.json")))
            return;
        var run = await CommandRun.RunAsync(
            [CommandRun.Find("npm")!, "ci", "--prefix", directory, "--omit=dev", "--no-audit", "--no-fund"], InstallTimeout, cancellationToken);
        if (run.ExitCode != 0)
            throw new BenchmarkException($"The peer's packages could not be installed: {run.LastLine}");
    }
}
