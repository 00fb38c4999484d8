using System.CommandLine;
using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Doctor;

/// <summary><c>doctor</c>: what an installer, an operator and support run when something does not work. Ends with 1 when a check failed.</summary>
internal static class DoctorCommands
{
    public static Command Create(CommandContext context) => new("doctor", "Find out what does not work, and what to do about it")
    {
        NetworkCommand.Create(context), CloudCommand.Create(context), TerminalCommand.Create(context),
    };
}
