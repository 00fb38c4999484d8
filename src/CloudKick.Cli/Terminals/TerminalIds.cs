using System.Text.RegularExpressions;
using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Terminals;

/// <summary>The rule for terminals' ids, where no relay is asked that would apply it.</summary>
internal static partial class TerminalIds
{
    /// <exception cref="CliException">It is not one.</exception>
    public static string MustBeWellFormed(string id) => Form().IsMatch(id)
        ? id
        : throw CliException.Usage($"'{id}' is no terminal id: it is 1 to 16 letters, digits, '_' or '-'.");

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,16}\z")]
    private static partial Regex Form();
}
