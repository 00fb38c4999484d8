using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Relaying;

namespace CloudKick.Cli.Terminals;

/// <summary><c>cloudkick terminal parameters</c>: what must be set for a terminal, to read, to import, or to print.</summary>
internal static class ParametersCommand
{
    private const string Json = "json";

    public static Command Create(CommandContext context)
    {
        var terminal = new Argument<string>("TERMINAL_ID") { Description = "The terminal's TMS id" };
        var format = new Option<string?>("--format") { Description = "json, csv, or html: a page to print [default: a table]", HelpName = "FORMAT" };
        format.AcceptOnlyFromAmong(Json, "csv", "html");
        var language = new Option<string>("--lang") { Description = "The page's language: nl, en, fr or de", HelpName = "LANGUAGE", DefaultValueFactory = _ => "nl" };
        language.AcceptOnlyFromAmong("nl", "en", "fr", "de");
        var output = new Option<string?>("--out") { Description = "Write it to a file instead of standard output", HelpName = "FILE" };
        var command = new Command("parameters", "Show what must be set for a terminal: in its management system, in itself, at the till, in the firewall")
        {
            terminal, format, language, output,
        };
        var relay = RelayOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var id = TerminalIds.MustBeWellFormed(parsed.GetRequiredValue(terminal));
            var (target, path) = RelayTarget.ResolveAny(relay, parsed, context, screen);
            using var client = new RelayClient(target);
            path = $"{path}/terminals/{Uri.EscapeDataString(id)}/parameters";
            if (parsed.GetValue(format) is null && parsed.GetValue(output) is null)
            {
                Show(screen, await client.GetAsync<SheetView>($"{path}?format={Json}", cancellationToken));
                return ExitCode.Done;
            }

            var text = await client.GetTextAsync($"{path}?format={parsed.GetValue(format) ?? Json}&lang={parsed.GetValue(language)}", cancellationToken);
            if (parsed.GetValue(output) is { } file)
                await WriteAsync(file, text, screen, cancellationToken);
            else
                await context.Out.WriteAsync(text.EndsWith('\n') ? text : text + "\n");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(Screen screen, SheetView sheet)
    {
        if (screen.IsJson)
        {
            screen.Line(sheet);
            return;
        }

        screen.List(
            sheet.Parameters, none: "No parameters.", ["WHERE", "GROUP", "NAME", "VALUE"],
            parameter => [parameter.Section, parameter.Group ?? "", parameter.Name, parameter.Value]);
        if (sheet.FirmwareSufficient is false)
            screen.Note($"{sheet.TerminalId} has firmware {sheet.FirmwareVersion}: Cloud Connect 2.0 needs {sheet.MinimumFirmwareVersion} or later.");
        if (!sheet.Whitelisted)
            screen.Note($"{sheet.TerminalId} is not on its merchant's whitelist: kicks are refused.");
    }

    private static async Task WriteAsync(string file, string text, Screen screen, CancellationToken cancellationToken)
    {
        try
        {
            await File.WriteAllTextAsync(file, text, cancellationToken);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Failed, $"{file} cannot be written: {denied.Message}");
        }

        screen.Note($"Written to {Path.GetFullPath(file)}.");
    }

    /// <summary>The sheet, as far as it is shown here; the names are the API's.</summary>
    private sealed record SheetView
    {
        public required string TerminalId { get; init; }

        public required string ManagementSystemId { get; init; }

        public required string ClientId { get; init; }

        public string? Topic { get; init; }

        public string? FirmwareVersion { get; init; }

        public required string MinimumFirmwareVersion { get; init; }

        public bool? FirmwareSufficient { get; init; }

        public bool Whitelisted { get; init; }

        public required IReadOnlyList<ParameterView> Parameters { get; init; }
    }

    private sealed record ParameterView(string Section, string? Group, string Name, string Value);
}
