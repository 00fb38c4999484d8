using System.CommandLine;
using System.Net.Http.Headers;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Relaying;
using Spectre.Console;

namespace CloudKick.Cli.Whitelist;

/// <summary><c>cloudkick whitelist</c>: which terminals may be kicked on the merchant's behalf, over the API with the merchant's key.</summary>
internal static class WhitelistCommands
{
    private const string Never = "never";
    private const string ImportPath = "v1/whitelist/import";

    public static Command Create(CommandContext context) => new("whitelist", "Which terminals may be kicked on the merchant's behalf")
    {
        Add(context), Remove(context), List(context), Import(context),
    };

    private static Command Add(CommandContext context)
    {
        var terminals = TerminalIds();
        var label = new Option<string?>("--label") { Description = "A name for people; \"\" takes it away", HelpName = "TEXT" };
        var until = new Option<string?>("--until") { Description = $"Let kicks through until then, e.g. 2027-01-01T00:00:00Z, or {Never}: always", HelpName = "TIME" };
        var command = new Command("add", "Put terminals on the whitelist, or change their entries: what is not given stays, and of a new one is none") { terminals, label, until };
        var relay = RelayOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            using var client = new RelayClient(RelayTarget.Resolve(relay, parsed, context, screen));
            foreach (var terminal in parsed.GetRequiredValue(terminals))
            {
                // An import of one: that leaves alone what is not named, where PUT says all of an entry.
                var entry = new Dictionary<string, string>(StringComparer.Ordinal) { ["terminalId"] = terminal };
                if (parsed.GetValue(label) is { } text)
                    entry["label"] = text;
                if (parsed.GetValue(until) is { } end)
                    entry["enabledUntil"] = end == Never ? "" : end;
                var report = await client.SendAsync<WhitelistImportReport>(HttpMethod.Post, ImportPath, new { entries = new[] { entry } }, cancellationToken);
                var line = report.Lines.Single();
                screen.Result(new { line.TerminalId, line.Effect, line.Registered }, people => people.WriteLine(WordsOf(line)));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Remove(CommandContext context)
    {
        var terminals = TerminalIds();
        var command = new Command("remove", "Take terminals off the whitelist") { terminals };
        var relay = RelayOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            using var client = new RelayClient(RelayTarget.Resolve(relay, parsed, context, screen));
            foreach (var terminal in parsed.GetRequiredValue(terminals))
            {
                await client.SendAsync(HttpMethod.Delete, PathOf(terminal), cancellationToken);
                screen.Result(new { terminalId = terminal, removed = true }, people => people.WriteLine($"{terminal} is off the whitelist."));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var prefix = new Option<string?>("--prefix") { Description = "Only terminals whose ids begin like this", HelpName = "TEXT" };
        var command = new Command("list", "Show the whitelist") { prefix };
        var relay = RelayOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            using var client = new RelayClient(RelayTarget.Resolve(relay, parsed, context, screen));
            var query = parsed.GetValue(prefix) is { } beginning ? $"&prefix={Uri.EscapeDataString(beginning)}" : "";
            var entries = await client.GetAllAsync<WhitelistEntry>($"v1/whitelist?limit=200{query}", cancellationToken);
            screen.List(
                entries,
                none: "The whitelist is empty: `cloudkick whitelist add TERMINAL_ID` puts a terminal on it.",
                ["TERMINAL", "ACTIVE", "UNTIL", "LABEL"],
                entry => [entry.TerminalId, entry.Active ? "yes" : entry.Registered ? "no" : "no: not registered", Moments.Show(entry.EnabledUntil), entry.Label]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Import(CommandContext context)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "CSV with the columns terminalId,label,enabledUntil, or JSON: {\"entries\":[…]}" };
        file.AcceptExistingOnly();
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, and do nothing" };
        var command = new Command("import", "Put all terminals of a file on the whitelist: all or none") { file, dryRun };
        var relay = RelayOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            using var client = new RelayClient(RelayTarget.Resolve(relay, parsed, context, screen));
            var source = parsed.GetRequiredValue(file);
            var bytes = await File.ReadAllBytesAsync(source.FullName, cancellationToken);
            var type = source.Extension.Equals(".json", StringComparison.OrdinalIgnoreCase) ? "application/json" : "text/csv";
            var path = parsed.GetValue(dryRun) ? ImportPath + "?dryRun=true" : ImportPath;
            var report = await client.SendAsync<WhitelistImportReport>(
                () => new HttpRequestMessage(HttpMethod.Post, path)
                {
                    Content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(type) } },
                },
                cancellationToken);
            screen.Result(report, people =>
            {
                foreach (var line in report.Lines.Where(line => line.Effect != "unchanged" || !line.Registered))
                    people.WriteLine($"{line.TerminalId}: {line.Effect}{(line.Registered ? "" : "; not registered for you yet")}");
                people.WriteLine($"{(report.DryRun ? "Would be: " : "")}{report.Created} created, {report.Updated} updated, {report.Unchanged} unchanged.");
            });
            return ExitCode.Done;
        });
        return command;
    }

    private static string WordsOf(WhitelistImportLine line)
    {
        var on = line.Effect switch
        {
            "updated" => "is on the whitelist, and its entry is changed; what was not given is as it was",
            "unchanged" => "is on the whitelist already, and its entry is as it was",
            _ => "is on the whitelist",
        };
        return $"{line.TerminalId} {on}{(line.Registered ? "" : "; kicks are refused until the platform has registered the terminal for you")}.";
    }

    private static Argument<string[]> TerminalIds() => new("TERMINAL_ID")
    {
        Description = "Terminals' TMS ids, e.g. NL000101", Arity = ArgumentArity.OneOrMore,
    };

    private static string PathOf(string terminal) => $"v1/whitelist/{Uri.EscapeDataString(terminal)}";
}
