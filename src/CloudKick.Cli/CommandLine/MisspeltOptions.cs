using System.CommandLine;

namespace CloudKick.Cli.CommandLine;

/// <summary>
/// Keeps a mistyped option from becoming an argument: where a command takes several, the parser takes every word that it does not know for
/// one of them, and <c>--untill</c> would be a terminal.
/// </summary>
internal static class MisspeltOptions
{
    /// <summary>Makes every argument of a command and of those below it refuse what begins with a hyphen.</summary>
    public static void RefuseIn(Command command)
    {
        foreach (var argument in command.Arguments)
        {
            argument.Validators.Add(result =>
            {
                foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-')))
                    result.AddError($"'{token.Value}' is no option of this command.");
            });
        }

        foreach (var below in command.Subcommands)
            RefuseIn(below);
    }
}
