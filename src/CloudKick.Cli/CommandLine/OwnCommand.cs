namespace CloudKick.Cli.CommandLine;

/// <summary>How to run this very program from the current directory, for lines that people paste.</summary>
internal static class OwnCommand
{
    public static string Text { get; } = Compose(Environment.ProcessPath, AppContext.BaseDirectory, Environment.CurrentDirectory);

    public static string Compose(string? processPath, string baseDirectory, string currentDirectory)
    {
        if (processPath is null)
            return "cloudkick";
        if (Path.GetFileNameWithoutExtension(processPath) != "dotnet")
            return Shorten(processPath, currentDirectory);
        return $"dotnet {Shorten(Path.Combine(baseDirectory, "cloudkick.dll"), currentDirectory)}";
    }

    private static string Shorten(string path, string currentDirectory)
    {
        var relative = Path.GetRelativePath(currentDirectory, path);
        return ShellWord.Quote(relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? path : relative);
    }
}
