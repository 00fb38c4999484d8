using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Database;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Every merchant: found, added, and the way to each one's pages.</summary>
[RequireScope(Scopes.PlatformRead, Scopes.PlatformAdmin)]
internal sealed class MerchantsPage(MerchantRegistry merchants) : AdminPage
{
    [BindProperty(SupportsGet = true)]
    public string? Search { get; set; }

    [BindProperty]
    public string? Name { get; set; }

    /// <summary>The name that the reader was told is taken: sent once more, it is meant.</summary>
    [BindProperty]
    public string? Taken { get; set; }

    public override string Title => "Merchants.Title";

    public bool MayChange => May(Scopes.PlatformAdmin);

    public IReadOnlyList<Merchant> Merchants { get; private set; } = [];

    public Paging Paging { get; private set; } = new(null, null);

    public Task OnGetAsync(Guid? after, CancellationToken cancellationToken) => ReadAsync(after, cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var name = (Name ?? "").Trim();
        if (name.Length == 0 || !FreeText.IsFit(name, MerchantRegistry.MaximumNameLength))
        {
            Blame(nameof(Name), T["Merchants.BadName"]);
            Taken = null;
        }
        else if (name != Taken && await merchants.NamedAsync(name, limit: 1, cancellationToken, anyCase: true) is [var other])
        {
            Blame(nameof(Name), T["Merchants.NameTaken", other.Name, other.MerchantId]);
            ModelState.Remove(nameof(Taken));
            Taken = name;
        }

        if (!ModelState.IsValid)
        {
            await ReadAsync(null, cancellationToken);
            return Page();
        }

        var added = await merchants.AddAsync(name, Actor, cancellationToken);
        return Done($"/platform/merchants/{added.MerchantId}", "Merchants.SaidAdded");
    }

    private async Task ReadAsync(Guid? after, CancellationToken cancellationToken)
    {
        var rows = await merchants.SearchAsync(Search?.Trim() ?? "", after is { } id ? new MerchantId(id) : null, Paging.Size + 1, cancellationToken);
        Paging = Paging.Of(rows, merchant => merchant.MerchantId.ToString(), Request, new() { ["search"] = Search }, out var shown);
        Merchants = shown;
    }
}
