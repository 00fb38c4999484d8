using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Terminals.Import;
using CloudKick.Relay.Terminals.States;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Every merchant's terminals, and nobody's; and how one is registered.</summary>
[RequireScope(Scopes.PlatformRead, Scopes.PlatformAdmin)]
internal sealed class PlatformTerminalsPage(
    TerminalStates states, TerminalDirectory directory, TerminalRegistry registry, MerchantRegistry merchants) : AdminPage
{
    private const string Unassigned = "unassigned";

    [BindProperty]
    public string? NewId { get; set; }

    [BindProperty]
    public string? ManagementSystem { get; set; }

    [BindProperty]
    public string? Label { get; set; }

    [BindProperty]
    public string? Firmware { get; set; }

    [BindProperty]
    public string? MerchantId { get; set; }

    public override string Title => "Terminals.TitlePlatform";

    public string Search { get; private set; } = "";

    public string Status { get; private set; } = "";

    public IEnumerable<Choice> Statuses => TerminalChoices.Statuses(T).Append(new Choice(Unassigned, T["Terminals.Unassigned"]));

    public IReadOnlyList<string> ManagementSystems { get; private set; } = [];

    /// <summary>Some of them, to choose from by name.</summary>
    public IReadOnlyList<Merchant> Merchants { get; private set; } = [];

    public IReadOnlyList<TerminalListRow> Terminals { get; private set; } = [];

    public Paging Paging { get; private set; } = new(null, null);

    public Task OnGetAsync(string? search, string? status, Guid? merchant, string? after, CancellationToken cancellationToken) =>
        ReadAsync(search, status, merchant, after, cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var settings = new TerminalSettings { Label = Label?.Trim() ?? "", FirmwareVersion = Firmware?.Trim() };
        var id = NewId?.Trim();
        if (!TerminalId.IsWellFormed(id))
            Blame(nameof(NewId), T["Kicks.BadTerminal"]);
        else if (TerminalId.IsCardNumber(id))
            Blame(nameof(NewId), T["Terminals.ImportFault-" + TerminalImportFault.CardNumber]);
        var faults = TerminalRules.Instance.Validate(settings).Errors;
        if (faults.Any(fault => fault.PropertyName == nameof(TerminalSettings.FirmwareVersion)))
            Blame(nameof(Firmware), T["Terminals.BadFirmware"]);
        if (faults.Any(fault => fault.PropertyName == nameof(TerminalSettings.Label)))
            Blame(nameof(Label), T["Terminals.BadLabel"]);
        Database.MerchantId? owner = null;
        if (MerchantId is not null)
        {
            (owner, var fault) = await MerchantField.ReadAsync(merchants, MerchantId, cancellationToken);
            if (fault is not null)
                Blame(nameof(MerchantId), T[fault]);
        }

        if (ModelState.IsValid)
        {
            var terminal = new NewTerminal(id!, ManagementSystem ?? "")
            {
                Settings = settings,
                Merchant = owner,
            };
            var outcome = await registry.AddAsync(terminal, Actor, cancellationToken);
            if (outcome == TerminalOutcome.Done)
                return Done($"/platform/terminals/{terminal.TerminalId}", "Terminals.SaidRegistered");
            Blame(outcome is TerminalOutcome.UnknownMerchant ? nameof(MerchantId) : nameof(NewId), T["Terminals.Outcome-" + outcome]);
        }

        await ReadAsync(null, null, null, null, cancellationToken);
        return Page();
    }

    private async Task ReadAsync(string? search, string? status, Guid? merchant, string? after, CancellationToken cancellationToken)
    {
        Search = search?.Trim() ?? "";
        Status = status is Unassigned || (status is not null && TerminalStatus.All.Contains(status)) ? status : "";
        var wanted = new TerminalSearch(
            Status is "" or Unassigned ? null : Status, Search, merchant is { } id ? new Database.MerchantId(id) : null, Status == Unassigned);
        var rows = await states.ListAsync(null, wanted, TerminalId.IsWellFormed(after) ? after : null, Paging.Size + 1, cancellationToken);
        Paging = Paging.Of(
            rows, row => row.TerminalId, Request, new() { ["search"] = Search, ["status"] = Status, ["merchant"] = merchant?.ToString() }, out var shown);
        Terminals = shown;
        if (May(Scopes.PlatformAdmin))
        {
            ManagementSystems = await directory.ManagementSystemsAsync(cancellationToken);
            Merchants = await merchants.NewestAsync(MerchantField.Offered, cancellationToken);
        }
    }
}
