using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace CloudKick.Cli.Local;

/// <summary>The files of a private cluster, under one directory that holds nothing else.</summary>
/// <param name="Root">The directory; absolute.</param>
/// <param name="Ephemeral">Whether it goes when the server goes.</param>
internal sealed record PostgresLayout(string Root, bool Ephemeral)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(10);

    public string Data => Path.Combine(Root, "data");

    /// <summary>A cluster becomes <see cref="Data"/> when it is whole: what an interrupted <c>initdb</c> leaves is never started.</summary>
    public string DataInTheMaking => Path.Combine(Root, "data-in-the-making");

    public string LogFile => Path.Combine(Root, "postgres.log");

    public string PasswordFile => Path.Combine(Root, "superuser-password");

    public string LockFile => Path.Combine(Root, "in-use");

    /// <summary>The major version of the cluster that is already here, or null.</summary>
    public int? ClusterMajor => File.Exists(Path.Combine(Data, "PG_VERSION"))
        ? int.Parse(File.ReadAllText(Path.Combine(Data, "PG_VERSION")).Trim(), CultureInfo.InvariantCulture)
        : null;

    public static PostgresLayout For(PrivatePostgresOptions options) => options.Directory is { } directory
        ? new PostgresLayout(Path.GetFullPath(directory), Ephemeral: false)
        : new PostgresLayout(Path.Combine(Path.GetTempPath(), "cloudkick-postgres-" + RandomNumberGenerator.GetHexString(12, lowercase: true)), Ephemeral: true);

    /// <summary>Makes the directory, for the server's user, or accepts one that we made before.</summary>
    [UnsupportedOSPlatform("windows")]
    public async Task PrepareAsync(ServerUser user, CancellationToken cancellationToken)
    {
        var holdsSomething = false;
        try
        {
            holdsSomething = Directory.Exists(Root) && Directory.EnumerateFileSystemEntries(Root).Any();
            if (holdsSomething && !File.Exists(LockFile))
                throw new PrivatePostgresException($"{Root} holds other files: give PostgreSQL a directory of its own.");
            Directory.CreateDirectory(Root, OwnerOnly);
            if (!holdsSomething && user.Name is not null)
                await OwnedByAsync(user, Root, cancellationToken);
        }
        catch (Exception denied) when (denied is UnauthorizedAccessException or IOException)
        {
            throw new PrivatePostgresException($"{Root} cannot be used: {denied.Message} Choose another directory.", denied);
        }

        var check = await CommandRun.RunAsync(user.Wrap(["/bin/sh", "-c", "test -w \"$1\" && test -x \"$1\"", "sh", Root]), CheckTimeout, cancellationToken);
        if (check.ExitCode != 0)
        {
            if (!holdsSomething)
                Remove();
            throw new PrivatePostgresException(user.Name is null
                ? $"{Root} is not writable for you: choose another directory."
                : $"{Root} is out of reach for the user `{user.Name}`, which PostgreSQL runs as when CloudKick runs as root: choose a directory that every user can enter, such as /var/lib/cloudkick.");
        }
    }

    /// <summary>Locks the directory for this process; the operating system lets go when the process ends, however it ends.</summary>
    public FileStream Lock()
    {
        try
        {
            return new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException inUse)
        {
            throw new PrivatePostgresException($"{Root} is in use by another CloudKick process: stop that one, or choose another directory.", inUse);
        }
    }

    /// <summary>The superuser's password: the one kept here, or a new one.</summary>
    [UnsupportedOSPlatform("windows")]
    public async Task<string> PasswordAsync(ServerUser user, CancellationToken cancellationToken)
    {
        if (File.Exists(PasswordFile))
            return (await File.ReadAllTextAsync(PasswordFile, cancellationToken)).Trim();

        var password = RandomNumberGenerator.GetHexString(48, lowercase: true);
        var create = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        await using (var writer = new StreamWriter(PasswordFile, create))
            await writer.WriteLineAsync(password);
        if (user.Name is not null)
            await OwnedByAsync(user, PasswordFile, cancellationToken);
        return password;
    }

    public void DiscardUnfinished()
    {
        if (Directory.Exists(DataInTheMaking))
            Directory.Delete(DataInTheMaking, recursive: true);
    }

    public void Finish() => Directory.Move(DataInTheMaking, Data);

    /// <summary>How far the log goes; what follows is the next start's.</summary>
    public long LogLength => File.Exists(LogFile) ? new FileInfo(LogFile).Length : 0;

    public async Task<string> LogSinceAsync(long position, CancellationToken cancellationToken)
    {
        if (!File.Exists(LogFile))
            return "";
        await using var log = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Position = position;
        using var reader = new StreamReader(log);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    public void Remove()
    {
        if (Directory.Exists(Root))
            Directory.Delete(Root, recursive: true);
    }

    private static async Task OwnedByAsync(ServerUser user, string path, CancellationToken cancellationToken)
    {
        var chown = await CommandRun.RunAsync([CommandRun.Find("chown") ?? "chown", $"{user.Uid}:{user.Gid}", path], CheckTimeout, cancellationToken);
        if (chown.ExitCode != 0)
            throw new PrivatePostgresException($"{path} cannot be given to the user `{user.Name}`, which PostgreSQL runs as: {chown.LastLine}.");
    }
}
