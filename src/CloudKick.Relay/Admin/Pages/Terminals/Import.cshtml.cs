using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Terminals.Import;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>What a line of the file would do, or did.</summary>
/// <param name="Line">The line.</param>
/// <param name="Effect">A text's key.</param>
/// <param name="Tone">The tag's style.</param>
internal sealed record ImportEffect(TerminalImportLine Line, string Effect, string? Tone);

/// <summary>Registers many terminals, from the management system's export: every line's effect is shown before anything changes.</summary>
[RequireScope(Scopes.PlatformAdmin), RequestSizeLimit(MaximumSize), RequestFormLimits(ValueLengthLimit = MaximumSize)]
internal sealed class TerminalImportPage(TerminalRegistry registry, TerminalDirectory directory) : AdminPage
{
    private const int MaximumSize = 1024 * 1024;

    [BindProperty]
    public string? Csv { get; set; }

    public override string Title => "Terminals.Import";

    public IReadOnlyList<ImportEffect> Effects { get; private set; } = [];

    public bool HasFaults => Effects.Any(effect => effect.Tone == "bad");

    /// <summary>Something would change.</summary>
    public bool HasNew => Effects.Any(effect => effect.Effect == "Terminals.WillRegister");

    /// <summary>The lines were carried out.</summary>
    public bool IsDone { get; private set; }

    public IActionResult OnGet() => Page();

    public async Task<IActionResult> OnPostAsync(IFormFile? file, CancellationToken cancellationToken)
    {
        if (file is { Length: > 0 })
        {
            using var reader = new StreamReader(file.OpenReadStream());
            Csv = await reader.ReadToEndAsync(cancellationToken);
            ModelState.Clear();
        }

        await JudgeAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostImportAsync(CancellationToken cancellationToken)
    {
        await JudgeAsync(cancellationToken);
        if (!ModelState.IsValid || HasFaults || !HasNew)
            return Page();
        var done = new List<ImportEffect>();
        foreach (var effect in Effects)
        {
            if (effect.Effect != "Terminals.WillRegister")
            {
                done.Add(effect);
                continue;
            }

            var outcome = await registry.AddAsync(effect.Line.Terminal!, Actor, cancellationToken);
            done.Add(outcome == TerminalOutcome.Done
                ? effect with { Effect = "Terminals.DidRegister", Tone = "good" }
                : effect with { Effect = "Terminals.Outcome-" + outcome, Tone = "bad" });
        }

        Effects = done;
        IsDone = true;
        return Page();
    }

    /// <summary>A fault in the reader's words.</summary>
    public string TextOf(TerminalImportFault fault) => fault.Code == TerminalImportFault.NotCsv
        ? T["Terminals.ImportFault-not-csv", fault.Facts[0], T[$"Whitelist.Fault-{fault.Facts[1]}"]]
        : T["Terminals.ImportFault-" + fault.Code, fault.Facts];

    private async Task JudgeAsync(CancellationToken cancellationToken)
    {
        var read = TerminalImportFile.Read(Csv ?? "");
        if (read.Fault is not null)
        {
            Blame(nameof(Csv), TextOf(read.Fault));
            return;
        }

        var systems = (await directory.ManagementSystemsAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
        var known = await directory.KnownAsync([.. read.Lines.Select(line => line.Terminal?.TerminalId).OfType<string>()], cancellationToken);
        Effects = [.. read.Lines.Select(line => line switch
        {
            { Terminal: null } => new ImportEffect(line, "Terminals.Faulty", "bad"),
            { Terminal: { } one } when !systems.Contains(one.ManagementSystemId) => new ImportEffect(line, "Terminals.Outcome-UnknownManagementSystem", "bad"),
            { Terminal: { } one } when known.Contains(one.TerminalId) => new ImportEffect(line, "Terminals.IsRegistered", null),
            _ => new ImportEffect(line, "Terminals.WillRegister", "good"),
        })];
    }
}
