using System.CommandLine;
using System.CommandLine.Invocation;
using CloudKick.Cli.Auditing;
using CloudKick.Cli.Cloud;
using CloudKick.Cli.CloudConnect;
using CloudKick.Cli.Database;
using CloudKick.Cli.Doctor;
using CloudKick.Cli.Keys;
using CloudKick.Cli.Kicks;
using CloudKick.Cli.Local;
using CloudKick.Cli.Merchants;
using CloudKick.Cli.Terminals;
using CloudKick.Cli.Users;
using CloudKick.Cli.Whitelist;

namespace CloudKick.Cli.CommandLine;

/// <summary>The root of the command tree, and the boundary where a command's end becomes an exit code.</summary>
internal static class CloudKickCommand
{
    private const string Name = "cloudkick";

    public static RootCommand Create(CommandContext context)
    {
        var root = new RootCommand("Kicks payment terminals over the cloud, and runs all of it on this machine: try `cloudkick local`.")
        {
            context.Json,
            LocalCommand.Create(context),
            KickCommand.Create(context),
            TerminalCommands.Create(context),
            WhitelistCommands.Create(context),
            MerchantCommands.Create(context),
            UserCommands.Create(context),
            ApiKeyCommands.Create(context),
            AuditCommands.Create(context),
            CloudCommands.Create(context),
            MigrateCommand.Create(context),
            DoctorCommands.Create(context),
            MigrationCommands.Create(context),
        };
        root.HelpName = Name;
        MisspeltOptions.RefuseIn(root);
        var help = HelpWithExitCodes.AddTo(root);
        root.SetAction(help.Invoke);
        return root;
    }

    /// <summary>Runs one command line to its end. Never throws.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CommandContext context, CancellationToken cancellationToken)
    {
        var root = Create(context);
        var parsed = root.Parse(args);
        var screen = context.ScreenFor(parsed);
        if (parsed.Action is ParseErrorAction)
            return Misused(parsed, screen);

        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = context.Out,
                Error = context.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // StopSignals sees to it
            };
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception exception)
        {
            var fault = Faults.Describe(exception);
            screen.Fault(fault.ExitCode, fault.Message, fault.Advice, fault.Code);
            if (context.NonEmpty("CLOUDKICK_DEBUG") is not null)
                await context.Error.WriteLineAsync(exception.ToString());
            return fault.ExitCode;
        }
    }

    private static int Misused(ParseResult parsed, Screen screen)
    {
        var names = new List<string>();
        for (SymbolNames? at = new(parsed.CommandResult); at is not null; at = at.Parent)
            names.Insert(0, at.Name);
        screen.Fault(
            ExitCode.Usage,
            string.Join(Environment.NewLine, parsed.Errors.Select(error => error.Message)),
            $"`{string.Join(' ', names)} --help` tells how it is used.",
            code: null);
        return ExitCode.Usage;
    }

    private sealed record SymbolNames(System.CommandLine.Parsing.CommandResult Result)
    {
        public string Name => Result.Command is RootCommand ? CloudKickCommand.Name : Result.Command.Name;

        public SymbolNames? Parent => Result.Parent is System.CommandLine.Parsing.CommandResult parent ? new(parent) : null;
    }
}
