using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace CloudKick.Cli.CommandLine;

/// <summary>The usual help, followed by the environment variables and exit codes that scripts want to know.</summary>
internal sealed class HelpWithExitCodes(HelpAction usual) : SynchronousCommandLineAction
{
    private const string Environment =
        """
        Environment:
          CLOUDKICK_URL, CLOUDKICK_API_KEY          the relay and a merchant's key; else those of the running `cloudkick local`
          ConnectionStrings__CloudKick[Owner]       the database, for commands that work on it; else that of the running `local`
          NO_COLOR                                  no colours
        """;

    public override bool ClearsParseErrors => true;

    public static HelpWithExitCodes AddTo(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        var help = new HelpWithExitCodes((HelpAction)option.Action!);
        option.Action = help;
        return help;
    }

    public override int Invoke(ParseResult parseResult)
    {
        var result = usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(Environment);
        output.WriteLine();
        output.WriteLine(ExitCode.Help);
        return result;
    }
}
