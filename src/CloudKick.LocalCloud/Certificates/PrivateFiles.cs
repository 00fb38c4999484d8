namespace CloudKick.LocalCloud;

/// <summary>Files and directories that only their owner may read.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode OwnerReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerReadWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Replaces the file; it never exists with wider rights, not even for a moment.</summary>
    public static void WriteAllText(string path, string text) => File.Move(WriteBeside(path, text), path, overwrite: true);

    /// <summary>Makes the file with one rename; if another process was first, its file stays.</summary>
    public static void WriteAllTextIfAbsent(string path, string text)
    {
        string temporary = WriteBeside(path, text);
        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary);
        }
    }

    private static string WriteBeside(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerReadWrite;

        string temporary = $"{path}.{Path.GetRandomFileName()}";
        using (var writer = new StreamWriter(new FileStream(temporary, options))) writer.Write(text);
        return temporary;
    }
}
