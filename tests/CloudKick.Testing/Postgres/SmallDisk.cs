using System.Security.Cryptography;
using CloudKick.Cli.Local;

namespace CloudKick.Testing.Postgres;

/// <summary>A small file system in memory that can be filled to the last byte. Only root may mount one.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private SmallDisk(string mount) => Mount = mount;

    private string Mount { get; }

    private string Filler => Path.Combine(Mount, "filler");

    /// <summary>A directory on it for PostgreSQL, which makes it itself.</summary>
    public string Directory => Path.Combine(Mount, "postgres");

    /// <summary>Mounts it.</summary>
    /// <exception cref="InvalidOperationException">The system does not let us; the message says why.</exception>
    public static async Task<SmallDisk> MountAsync(int megabytes, CancellationToken cancellationToken)
    {
        var mount = Path.Combine(Path.GetTempPath(), "cloudkick-disk-" + RandomNumberGenerator.GetHexString(12, lowercase: true));
        System.IO.Directory.CreateDirectory(mount);
        var run = await CommandRun.RunAsync(["mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=1777", "tmpfs", mount], Timeout, cancellationToken);
        return run.ExitCode == 0 ? new SmallDisk(mount) : throw new InvalidOperationException($"A small disk cannot be mounted: {run.LastLine}");
    }

    /// <summary>Takes all the room there is left.</summary>
    public void Fill()
    {
        var block = new byte[64 * 1024];
        using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
                filler.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives it back.</summary>
    public void Clear() => File.Delete(Filler);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CommandRun.RunAsync(["umount", "--lazy", Mount], Timeout, CancellationToken.None);
        System.IO.Directory.Delete(Mount);
    }
}
