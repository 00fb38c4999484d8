namespace CloudKick.Cli.Local;

/// <summary>Files that only their owner may read.</summary>
internal static class PrivateFile
{
    /// <summary>Replaces the file in one step; it never exists with wider rights or half written.</summary>
    public static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var temporary = $"{path}.{Path.GetRandomFileName()}";
        using (var writer = new StreamWriter(temporary, options))
            writer.Write(text);
        File.Move(temporary, path, overwrite: true);
    }
}
