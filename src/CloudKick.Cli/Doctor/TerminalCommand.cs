using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Relaying;
using CloudKick.Cli.Terminals;
using Spectre.Console;

namespace CloudKick.Cli.Doctor;

/// <summary><c>doctor terminal</c>: why a terminal does not come, as the relay knows it. Ends with 1 when there is a problem.</summary>
internal static class TerminalCommand
{
    private const string Ok = "ok";
    private const string Problem = "problem";

    public static Command Create(CommandContext context)
    {
        var terminal = new Argument<string>("TERMINAL_ID") { Description = "The terminal's TMS id" };
        var language = PeoplesLanguage.Option();
        var command = new Command("terminal", "Why a terminal does not come: the manual's checklist, evaluated by the relay") { terminal, language };
        var relay = RelayOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var id = TerminalIds.MustBeWellFormed(parsed.GetRequiredValue(terminal));
            var (target, path) = RelayTarget.ResolveAny(relay, parsed, context, screen);
            using var client = new RelayClient(target);
            var json = await client.GetAsync<JsonElement>(
                $"{path}/terminals/{Uri.EscapeDataString(id)}/diagnosis?lang={parsed.GetRequiredValue(language)}", cancellationToken);
            var diagnosis = json.Deserialize<DiagnosisView>(RelayClient.Json) ?? throw new CliException(ExitCode.Failed, "The relay's answer is no diagnosis.");
            // A program gets what the relay said, whole.
            screen.Result(json, people => Write(new Words(parsed.GetRequiredValue(language)), diagnosis, people));
            return diagnosis.Verdict == Problem ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static void Write(Words words, DiagnosisView diagnosis, IAnsiConsole people)
    {
        var columns = new VerdictLines(people, words.Width, diagnosis.Checks.Max(check => check.Code.Length));
        foreach (var check in diagnosis.Checks)
        {
            var colour = check.Verdict switch { Ok => "green", Problem => "red", _ => "yellow" };
            columns.Write(words.Of(check.Verdict), colour, check.Code, check.Evidence, words.Todo, check.Fix);
        }
        people.WriteLine();
        people.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{diagnosis.TerminalId}: {diagnosis.Summary}"));
    }

    /// <summary>The diagnosis, as far as it is shown here; the names are the API's.</summary>
    private sealed record DiagnosisView(string TerminalId, string Verdict, string Summary, IReadOnlyList<CheckView> Checks);

    private sealed record CheckView(string Code, string Verdict, string Evidence, string? Fix);

    private sealed class Words(string language)
    {
        private readonly (string Ok, string Problem, string Unknown, string Todo) _words = language switch
        {
            "nl" => (Ok, "probleem", "onbekend", "doe"),
            "fr" => (Ok, "problème", "inconnu", "remède"),
            "de" => (Ok, "Problem", "unbekannt", "tun"),
            _ => (Ok, Problem, "unknown", "fix"),
        };

        public int Width => new[] { _words.Ok, _words.Problem, _words.Unknown }.Max(word => word.Length);

        public string Todo => _words.Todo;

        public string Of(string verdict) => verdict switch { Ok => _words.Ok, Problem => _words.Problem, _ => _words.Unknown };
    }
}
