using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Csv;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals.Import;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>
/// Registers many terminals, from the management system's export. First what each line would do and what is wrong, and nothing is changed;
/// then, when nothing is wrong, all of it or nothing.
/// </summary>
[RequireScope(Scopes.PlatformAdmin), BodyLimit(MaximumBytes)]
internal sealed class TerminalImportPage(TerminalImport import) : AdminPage
{
    // What is typed comes percent-encoded.
    private const int MaximumBytes = 2 * CsvRequest.MaximumBytes;

    [BindProperty]
    public IFormFile? Upload { get; set; }

    [BindProperty]
    public string? Csv { get; set; }

    /// <summary>Which part of the report.</summary>
    [BindProperty]
    public int Part { get; set; } = 1;

    public override string Title => "Terminals.Import";

    public TerminalImportReport? Report { get; private set; }

    /// <summary>The lines were carried out.</summary>
    public bool IsDone { get; private set; }

    /// <summary>There is something to carry out.</summary>
    public bool CanImport => Report is { IsFaulty: false, Created: > 0 } && !IsDone;

    /// <summary>The text, as it is shown to be corrected.</summary>
    public SentLines Sent => field ??= SentLines.Of(Csv, Right(Report).Contains);

    /// <summary>What is shown of the report's lines.</summary>
    public Parts Parts => new("lines", Part, Report!.Lines.Count);

    /// <summary>Those with faults first.</summary>
    public IEnumerable<TerminalImportResult> FaultyFirst => Report!.Lines.OrderByDescending(line => line.Effect == TerminalImportEffect.Faulty);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (Upload is { Length: > 0 })
        {
            Csv = Upload.Length > CsvRequest.MaximumBytes ? null : await CsvText.ReadAsync(Upload.OpenReadStream(), cancellationToken);
            if (Csv is null)
            {
                Blame(nameof(Upload), T[Upload.Length > CsvRequest.MaximumBytes ? "Whitelist.LargeFile" : "Whitelist.NotUtf8"]);
                return Page();
            }
        }

        await RunAsync(dryRun: true, cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostImportAsync(CancellationToken cancellationToken)
    {
        await RunAsync(dryRun: false, cancellationToken);
        IsDone = Report is { IsFaulty: false };
        return Page();
    }

    /// <summary>What a line does, in the reader's words.</summary>
    public string TextOf(TerminalImportEffect effect) => effect switch
    {
        TerminalImportEffect.Created => T[IsDone ? "Terminals.DidRegister" : "Terminals.WillRegister"],
        TerminalImportEffect.Unchanged => T["Terminals.IsRegistered"],
        _ => T["Terminals.Faulty"],
    };

    /// <summary>A fault, in the reader's words.</summary>
    public string TextOf(TerminalImportFault fault) => fault.Code switch
    {
        TerminalImportFault.NotCsv => T["Terminals.ImportFault-not-csv", fault.Facts[0], T[$"Whitelist.Fault-{fault.Facts[1]}"]],
        TerminalImportFault.UnknownManagementSystem => T["Terminals.Outcome-UnknownManagementSystem"],
        TerminalImportFault.ReservedTerminalId => T["Terminals.Outcome-ReservedTerminalId"],
        TerminalImportFault.ThingNameTaken => T["Terminals.Outcome-ThingNameTaken"],
        TerminalImportFault.InvalidTopic => T["Terminals.Outcome-InvalidTopic"],
        _ => T["Terminals.ImportFault-" + fault.Code, fault.Facts],
    };

    private static HashSet<int> Right(TerminalImportReport? report) =>
        [.. report?.Lines.Where(line => line.Effect != TerminalImportEffect.Faulty).Select(line => line.Line.Number) ?? []];

    private async Task RunAsync(bool dryRun, CancellationToken cancellationToken)
    {
        var file = TerminalImportFile.Read(Csv ?? "");
        if (file.Fault is { } fault)
            Blame(nameof(Csv), TextOf(fault));
        else
            Report = await import.RunAsync(file, Actor, dryRun, cancellationToken);
    }
}
