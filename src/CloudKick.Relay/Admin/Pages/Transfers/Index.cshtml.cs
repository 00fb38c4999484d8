using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals.Transfers;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Terminals that come or go: this merchant's own people agree or decline.</summary>
[RequireScope(Scopes.WhitelistRead, Scopes.WhitelistWrite)]
internal sealed class TransfersPage(TerminalTransfers transfers) : MerchantPage
{
    public override string Title => "Transfers.Title";

    public IReadOnlyList<TerminalTransfer> Transfers { get; private set; } = [];

    /// <summary>The platform proposed it: its people cannot agree on the merchant's behalf.</summary>
    public bool MayAnswer => May(Scopes.WhitelistWrite) && Person.Merchant == Merchant.Id;

    public async Task OnGetAsync(CancellationToken cancellationToken) => Transfers = await transfers.ListAsync(Merchant.Id, cancellationToken);

    public async Task<IActionResult> OnPostAgreeAsync(Guid transfer, CancellationToken cancellationToken)
    {
        if (!MayAnswer)
            return StatusCode(StatusCodes.Status403Forbidden);
        return await transfers.AgreeAsync(transfer, Merchant.Id, Actor, cancellationToken) switch
        {
            TransferOutcome.Transferred => Done(At("transfers"), "Transfers.SaidTransferred"),
            TransferOutcome.Waiting => Done(At("transfers"), "Transfers.SaidAgreed"),
            TransferOutcome.Ended => Done(At("transfers"), "Transfers.SaidOvertaken"),
            _ => NotFound(),
        };
    }

    public async Task<IActionResult> OnPostDeclineAsync(Guid transfer, CancellationToken cancellationToken)
    {
        if (!MayAnswer)
            return StatusCode(StatusCodes.Status403Forbidden);
        return await transfers.DeclineAsync(transfer, Merchant.Id, Actor, cancellationToken) == TransferOutcome.Ended
            ? Done(At("transfers"), "Transfers.SaidDeclined")
            : NotFound();
    }
}
