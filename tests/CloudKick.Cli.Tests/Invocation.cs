using System.Text.Json;
using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Tests;

/// <summary>One command line, run in this process with its output captured and its environment made up.</summary>
internal sealed record Invocation(int ExitCode, string Out, string Error)
{
    public IReadOnlyList<JsonElement> JsonLines =>
        [.. Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    public static Task<Invocation> RunAsync(string[] args, CancellationToken cancellationToken, params (string Name, string Value)[] variables) =>
        RunAsync(args, variables, isTerminal: false, cancellationToken);

    public static async Task<Invocation> RunAsync(
        string[] args, IReadOnlyList<(string Name, string Value)> variables, bool isTerminal, CancellationToken cancellationToken)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var home = variables.Any(variable => variable.Name == "CLOUDKICK_HOME")
            ? []
            : new[] { (Name: "CLOUDKICK_HOME", Value: Path.Combine(Path.GetTempPath(), "cloudkick-no-such-home")) };
        var environment = variables.Concat(home).ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal);
        var context = new CommandContext
        {
            Out = output, Error = error, Variable = environment.GetValueOrDefault, OutIsTerminal = isTerminal, ErrorIsTerminal = isTerminal,
        };
        var exitCode = await CloudKickCommand.RunAsync(args, context, cancellationToken);
        return new Invocation(exitCode, output.ToString(), error.ToString());
    }
}
