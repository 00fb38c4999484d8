using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Doctor;
using CloudKick.Cli.Relaying;
using Spectre.Console;

namespace CloudKick.Cli.CloudConnect;

/// <summary><c>cloudkick migration</c>: a merchant's way from Cloud Connect 1.0 to 2.0.</summary>
internal static class MigrationCommands
{
    private const string Waiting = "waiting";
    private const string Now = "now";
    private const string NextCursor = "nextCursor";

    public static Command Create(CommandContext context) => new("migration", "From Cloud Connect 1.0 to 2.0 (the database's schema: see migrate)")
    {
        Plan(context),
    };

    private static Command Plan(CommandContext context)
    {
        var merchant = new Option<Guid?>("--merchant") { Description = "As a platform operator: whose plan [default: the merchant's that the key is of]", HelpName = "MERCHANT_ID" };
        var language = PeoplesLanguage.Option();
        var command = new Command("plan", "Which terminals still are on 1.0, the order of steps, what is done, what blocks") { merchant, language };
        var relay = RelayOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var (target, path) = parsed.GetValue(merchant) is { } id
                ? (RelayTarget.ResolveOperator(relay, parsed, context, screen), string.Create(CultureInfo.InvariantCulture, $"v1/admin/merchants/{id:D}/migration-plan"))
                : (RelayTarget.Resolve(relay, parsed, context, screen), "v1/migration-plan");
            using var client = new RelayClient(target);
            var json = await GetWholeAsync(client, $"{path}?lang={parsed.GetRequiredValue(language)}&limit=200", cancellationToken);
            var plan = json.Deserialize<PlanView>(RelayClient.Json)!;
            // A program gets what the relay said, whole.
            screen.Result(json, people => Write(plan, people));
            return ExitCode.Done;
        });
        return command;
    }

    // The terminals of all pages; all else is of all terminals on each of them.
    private static async Task<JsonObject> GetWholeAsync(RelayClient client, string path, CancellationToken cancellationToken)
    {
        var (whole, terminals, cursor) = await GetPageAsync(path);
        while (cursor is not null)
        {
            (_, var more, cursor) = await GetPageAsync($"{path}&cursor={Uri.EscapeDataString(cursor)}");
            foreach (var terminal in more)
                terminals.Add(terminal!.DeepClone());
        }

        whole.Remove(NextCursor);
        return whole;

        async Task<(JsonObject Plan, JsonArray Terminals, string? Next)> GetPageAsync(string page)
        {
            var plan = await client.GetAsync<JsonObject>(page, cancellationToken);
            return plan["terminals"] is JsonArray terminals
                ? (plan, terminals, (string?)plan[NextCursor])
                : throw new CliException(ExitCode.Failed, "The relay's answer is no migration plan.");
        }
    }

    private static void Write(PlanView plan, IAnsiConsole people)
    {
        people.WriteLine(plan.Summary);
        people.WriteLine();
        var steps = new VerdictLines(people, Waiting.Length, plan.Steps.Max(step => step.Title.Length));
        foreach (var step in plan.Steps)
        {
            var progress = string.Create(CultureInfo.InvariantCulture, $"{step.DoneCount}/{plan.TerminalCount}");
            steps.Write(step.Status, Colour(step.Status), step.Title, step.Block is null ? progress : $"{progress}  {step.Block}", "→", step.Status == Now ? step.Todo : null);
        }
        if (plan.Terminals.Count == 0)
            return;
        people.WriteLine();
        var terminals = new VerdictLines(people, Waiting.Length, plan.Terminals.Max(terminal => Name(terminal).Length));
        foreach (var terminal in plan.Terminals)
            terminals.Write(terminal.Status, Colour(terminal.Status), Name(terminal), terminal.Evidence, "→", terminal.Todo);
    }

    private static string Name(TerminalView terminal) => $"{terminal.TerminalId} ({terminal.ConnectMode})";

    private static string Colour(string status) => status switch { "done" => "green", Now => "yellow", _ => "grey" };

    /// <summary>The plan, as far as it is shown here; the names are the API's.</summary>
    private sealed record PlanView(string Summary, int TerminalCount, IReadOnlyList<StepView> Steps, IReadOnlyList<TerminalView> Terminals);

    private sealed record StepView(string Title, string Status, int DoneCount, string? Todo, string? Block);

    private sealed record TerminalView(string TerminalId, string ConnectMode, string Status, string Evidence, string Todo);
}
