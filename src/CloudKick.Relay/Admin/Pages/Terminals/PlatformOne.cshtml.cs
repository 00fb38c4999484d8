using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Preconditions;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Terminals.Transfers;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Any terminal: its registration, whose it is, and how it comes to another merchant.</summary>
[RequireScope(Scopes.PlatformRead, Scopes.PlatformAdmin)]
internal sealed class PlatformTerminalPage(
    TerminalDirectory directory, TerminalRegistry registry, TerminalTransfers transfers, MerchantRegistry merchants, EntityTags tags) : AdminPage
{
    [BindProperty]
    public string? MerchantId { get; set; }

    [BindProperty]
    public string? Label { get; set; }

    [BindProperty]
    public string? Firmware { get; set; }

    [BindProperty]
    public string? Mode { get; set; }

    /// <summary>The tag of what the reader changes: somebody else's change in between is not overwritten.</summary>
    [BindProperty]
    public string? Seen { get; set; }

    public override string Title => "Terminals.OneTitle";

    public TerminalRow Terminal { get; private set; } = null!;

    /// <summary>The tag of what is shown.</summary>
    public string Tag => Still(Seen, TagOf(Terminal));

    /// <summary>Whose it is; null: nobody's.</summary>
    public Merchant? Owner { get; private set; }

    public TerminalTransfer? Transfer { get; private set; }

    public IReadOnlyList<Merchant> Merchants { get; private set; } = [];

    public IEnumerable<Choice> Modes => ConnectMode.All.Select(mode => new Choice(mode, T["Terminals.Mode-" + mode]));

    private string Address => $"/platform/terminals/{Terminal.TerminalId}";

    public async Task<IActionResult> OnGetAsync(string terminalId, CancellationToken cancellationToken) =>
        await ReadAsync(terminalId, cancellationToken) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(string terminalId, CancellationToken cancellationToken)
    {
        if (!await ReadAsync(terminalId, cancellationToken))
            return NotFound();
        TerminalSettings Change(TerminalSettings before) => before with
        {
            Label = Label?.Trim() ?? "", FirmwareVersion = Firmware?.Trim(), ConnectMode = Mode ?? "",
        };
        foreach (var fault in TerminalRules.Instance.Validate(Change(new TerminalSettings())).Errors)
        {
            var (field, text) = fault.PropertyName switch
            {
                nameof(TerminalSettings.FirmwareVersion) => (nameof(Firmware), "Terminals.BadFirmware"),
                nameof(TerminalSettings.Label) => (nameof(Label), "Terminals.BadLabel"),
                _ => (nameof(Mode), "Terminals.BadMode"),
            };
            Blame(field, T[text]);
        }

        if (!ModelState.IsValid)
            return Page();
        var (now, outcome) = await registry.UpdateAsync(
            terminalId, Change, Actor, Seen is null ? null : current => current is not null && TagOf(current) == Seen, cancellationToken);
        if (outcome != TerminalOutcome.Refused)
            return Done(Address, "Terminals.SaidSaved");
        ModelState.Clear();
        Blame("", T["Terminals.ChangedMeanwhile"]);
        (Terminal, Seen) = (now!, null);
        return Page();
    }

    public async Task<IActionResult> OnPostAssignAsync(string terminalId, CancellationToken cancellationToken)
    {
        if (!await ReadAsync(terminalId, cancellationToken))
            return NotFound();
        var (merchant, fault) = await MerchantField.ReadAsync(merchants, MerchantId, cancellationToken);
        if (fault is not null)
            return Blamed(fault);
        return await registry.AssignAsync(terminalId, merchant, Actor, cancellationToken) switch
        {
            TerminalOutcome.Done => Done(Address, "Terminals.SaidAssigned"),
            TerminalOutcome.OthersTerminal => Blamed("Terminals.Outcome-OthersTerminal"),
            TerminalOutcome.DisabledMerchant => Blamed("Terminals.Outcome-DisabledMerchant"),
            _ => Blamed("Terminals.Outcome-UnknownMerchant"),
        };
    }

    public async Task<IActionResult> OnPostUnassignAsync(string terminalId, CancellationToken cancellationToken)
    {
        if (!await ReadAsync(terminalId, cancellationToken))
            return NotFound();
        await registry.AssignAsync(terminalId, null, Actor, cancellationToken);
        return Done(Address, "Terminals.SaidUnassigned");
    }

    public async Task<IActionResult> OnPostTransferAsync(string terminalId, CancellationToken cancellationToken)
    {
        if (!await ReadAsync(terminalId, cancellationToken))
            return NotFound();
        var (merchant, fault) = await MerchantField.ReadAsync(merchants, MerchantId, cancellationToken);
        if (fault is not null)
            return Blamed(fault);
        var (outcome, _) = await transfers.ProposeAsync(terminalId, merchant, Actor, cancellationToken);
        return outcome switch
        {
            TransferOutcome.Waiting => Done(Address, "Terminals.SaidProposed"),
            TransferOutcome.UnderWay => Blamed("Terminals.TransferUnderWay"),
            _ => Blamed("Terminals.TransferImpossible"),
        };
    }

    public async Task<IActionResult> OnPostWithdrawAsync(string terminalId, Guid transfer, CancellationToken cancellationToken)
    {
        if (!await ReadAsync(terminalId, cancellationToken))
            return NotFound();
        await transfers.WithdrawAsync(transfer, Actor, cancellationToken);
        return Done(Address, "Terminals.SaidWithdrawn");
    }

    private string TagOf(TerminalRow terminal) => tags.OfSettings(AdminTerminalAnswer.FromRow(terminal));

    private PageResult Blamed(string text)
    {
        Blame(nameof(MerchantId), T[text]);
        return Page();
    }

    private async Task<bool> ReadAsync(string terminalId, CancellationToken cancellationToken)
    {
        if (!TerminalId.IsWellFormed(terminalId) || await directory.FindAsync(null, terminalId, cancellationToken) is not { } found)
            return false;
        Terminal = found;
        Owner = found.MerchantId is { } owner ? await merchants.FindAsync(new Database.MerchantId(owner), cancellationToken) : null;
        Transfer = await transfers.FindOpenAsync(terminalId, cancellationToken);
        if (May(Scopes.PlatformAdmin))
            Merchants = await merchants.NewestAsync(MerchantField.Offered, cancellationToken);
        return true;
    }
}
