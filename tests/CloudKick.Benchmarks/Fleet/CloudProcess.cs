using System.Globalization;
using CloudKick.Benchmarks.Stage;

namespace CloudKick.Benchmarks.Fleet;

/// <summary>LocalCloud in a process of its own, with no rate limited.</summary>
internal sealed class CloudProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly WorkerProcess _process;
    private readonly DirectoryInfo _directory;

    private CloudProcess(WorkerProcess process, DirectoryInfo directory)
    {
        _process = process;
        _directory = directory;
    }

    public int Id => _process.Id;

    public int Port { get; private set; }

    /// <summary>Where its authority is.</summary>
    public string Directory => _directory.FullName;

    public static async Task<CloudProcess> StartAsync(CancellationToken cancellationToken)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("cloudkick-benchmark-");
        var cloud = new CloudProcess(WorkerProcess.Start(CloudWorker.Name, directory.FullName), directory);
        try
        {
            cloud.Port = int.Parse(await cloud._process.ReadAsync(StartTimeout, cancellationToken), CultureInfo.InvariantCulture);
            return cloud;
        }
        catch
        {
            await cloud.DisposeAsync();
            throw;
        }
    }

    /// <summary>Bytes of its managed heap that are in use, after a full collection.</summary>
    public async Task<long> ManagedBytesAsync(CancellationToken cancellationToken) =>
        long.Parse(await _process.AskAsync("", StartTimeout, cancellationToken), CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
