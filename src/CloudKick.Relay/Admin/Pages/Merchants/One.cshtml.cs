using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Database;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>One merchant: its name, the way to its pages, and whether it may do anything.</summary>
[RequireScope(Scopes.PlatformRead, Scopes.PlatformAdmin)]
internal sealed class MerchantOnePage(MerchantRegistry merchants, Navigation navigation) : AdminPage
{
    [BindProperty]
    public string Name { get; set; } = "";

    public override string Title => "Merchants.OneTitle";

    public bool MayChange => May(Scopes.PlatformAdmin);

    public Merchant Merchant { get; private set; } = null!;

    /// <summary>Its pages, as the reader may see them.</summary>
    public IEnumerable<NavigationItem> Pages => navigation.Merchant(HttpContext, Caller, new MerchantAtHand(new MerchantId(Merchant.MerchantId), Merchant.Name));

    public async Task<IActionResult> OnGetAsync(Guid merchantId, CancellationToken cancellationToken) =>
        await ReadAsync(merchantId, cancellationToken) ? Page() : NotFound();

    public async Task<IActionResult> OnPostRenameAsync(Guid merchantId, CancellationToken cancellationToken)
    {
        var name = Name.Trim();
        if (name.Length > 0 && FreeText.IsFit(name, MerchantRegistry.MaximumNameLength))
            return await merchants.RenameAsync(new MerchantId(merchantId), name, Actor, cancellationToken) is null ? NotFound() : Done(Request.Path, "Merchants.SaidRenamed");
        Blame(nameof(Name), T["Merchants.BadName"]);
        return await ReadAsync(merchantId, cancellationToken) ? Page() : NotFound();
    }

    public Task<IActionResult> OnPostDisableAsync(Guid merchantId, CancellationToken cancellationToken) =>
        SetDisabledAsync(merchantId, true, "Merchants.SaidDisabled", cancellationToken);

    public Task<IActionResult> OnPostEnableAsync(Guid merchantId, CancellationToken cancellationToken) =>
        SetDisabledAsync(merchantId, false, "Merchants.SaidEnabled", cancellationToken);

    private async Task<bool> ReadAsync(Guid merchantId, CancellationToken cancellationToken)
    {
        if (await merchants.FindAsync(new MerchantId(merchantId), cancellationToken) is not { } found)
            return false;
        Merchant = found;
        return true;
    }

    private async Task<IActionResult> SetDisabledAsync(Guid merchantId, bool disabled, string said, CancellationToken cancellationToken) =>
        await merchants.SetDisabledAsync(new MerchantId(merchantId), disabled, Actor, cancellationToken) is null ? NotFound() : Done(Request.Path, said);
}
