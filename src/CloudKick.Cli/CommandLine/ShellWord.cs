namespace CloudKick.Cli.CommandLine;

/// <summary>Words of a command line that is shown to be pasted into a shell.</summary>
internal static class ShellWord
{
    /// <summary>The word as it is when no shell gives its characters a meaning, else in single quotes.</summary>
    public static string Quote(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=@%+,".Contains(c, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
