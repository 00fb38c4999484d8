namespace CloudKick.Cli.Local;

/// <summary>Directories for secrets, and the way to them.</summary>
internal static class PrivateDirectories
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode OthersMayEnter = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Only the owner gets in. A directory that is there stays as it is.</summary>
    public static void Create(string directory) => Create(directory, OwnerOnly);

    /// <summary>
    /// Others may pass through and see no names: root's PostgreSQL runs as another user, and its cluster lies further down.
    /// </summary>
    public static void CreateOpen(string directory) => Create(directory, Environment.IsPrivilegedProcess ? OthersMayEnter : OwnerOnly);

    private static void Create(string directory, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else if (!Directory.Exists(directory))
            Directory.CreateDirectory(directory, mode);
    }
}
