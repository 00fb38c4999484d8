using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using CloudKick.Cli.Local;
using NUnit.Framework;

namespace CloudKick.Testing.Postgres;

/// <summary>
/// A small file system in memory that can be filled to the last byte. Root mounts it; an ordinary user does in name spaces of a process of
/// their own, where they may, and everybody else of theirs reaches it through that process's root directory.
/// </summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // Lives as long as our end of its standard input, and the file system as long as it.
    private const string HolderScript = "mount -t tmpfs -o \"$1\" tmpfs \"$2\" && echo mounted && exec cat";

    private readonly string _mountPoint;
    private readonly string _root;
    private readonly Process? _holder;

    private SmallDisk(string mountPoint, Process? holder)
    {
        _mountPoint = mountPoint;
        _holder = holder;
        _root = holder is null ? mountPoint : string.Create(CultureInfo.InvariantCulture, $"/proc/{holder.Id}/root{mountPoint}");
    }

    /// <summary>A directory on it for PostgreSQL, which makes it itself.</summary>
    public string Directory => Path.Combine(_root, "postgres");

    private string Filler => Path.Combine(_root, "filler");

    /// <summary>Mounts it; where the system lets us neither way, the test is skipped, which <c>tests/run</c> tells.</summary>
    public static async Task<SmallDisk> MountAsync(int megabytes, CancellationToken cancellationToken)
    {
        var mountPoint = Path.Combine(Path.GetTempPath(), "cloudkick-disk-" + RandomNumberGenerator.GetHexString(12, lowercase: true));
        System.IO.Directory.CreateDirectory(mountPoint);
        var options = string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=1777");
        string refusal;
        if (Environment.IsPrivilegedProcess)
        {
            var run = await CommandRun.RunAsync(["mount", "-t", "tmpfs", "-o", options, "tmpfs", mountPoint], Timeout, cancellationToken);
            if (run.ExitCode == 0)
                return new SmallDisk(mountPoint, holder: null);
            refusal = run.LastLine;
        }
        else
        {
            var holder = Process.Start(CommandRun.StartInfo(["unshare", "--map-root-user", "--mount", "/bin/sh", "-c", HolderScript, "disk", options, mountPoint]))!;
            try
            {
                if (await holder.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(Timeout, cancellationToken) is not null)
                    return new SmallDisk(mountPoint, holder);
                refusal = await holder.StandardError.ReadToEndAsync(cancellationToken).WaitAsync(Timeout, cancellationToken);
                holder.Dispose();
            }
            catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
            {
                holder.Kill(entireProcessTree: true);
                holder.Dispose();
                System.IO.Directory.Delete(mountPoint);
                throw;
            }
        }
        System.IO.Directory.Delete(mountPoint);
        Assert.Ignore($"NOT CHECKED: a disk that can be filled is a small file system of its own, and this machine does not let us mount one: {refusal.Trim()}");
        throw new UnreachableException();
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
        if (_holder is null)
        {
            await CommandRun.RunAsync(["umount", "--lazy", _mountPoint], Timeout, CancellationToken.None);
        }
        else
        {
            _holder.StandardInput.Close();
            await _holder.WaitForExitAsync(CancellationToken.None).WaitAsync(Timeout);
            _holder.Dispose();
        }
        System.IO.Directory.Delete(_mountPoint);
    }
}
