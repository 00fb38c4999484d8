using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Preconditions;
using CloudKick.Relay.Security;
using CloudKick.Relay.Whitelist;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>One terminal on the whitelist: its label, until when it is enabled, and off with it.</summary>
[RequireScope(Scopes.WhitelistRead, Scopes.WhitelistWrite)]
internal sealed class WhitelistEntryPage(MerchantWhitelist whitelist, EntityTags tags, IOptions<PageOptions> options) : MerchantPage
{
    [BindProperty]
    public string? Label { get; set; }

    [BindProperty]
    public string? EnabledUntil { get; set; }

    /// <summary>The tag of what the reader changes: somebody else's change in between is not overwritten.</summary>
    [BindProperty]
    public string? Seen { get; set; }

    public override string Title => "Whitelist.EntryTitle";

    public bool MayChange => May(Scopes.WhitelistWrite);

    public WhitelistEntry Entry { get; private set; } = null!;

    /// <summary>The tag of what is shown.</summary>
    public string Tag => Still(Seen, TagOf(Entry));

    public string Until => LocalMoment.Write(Entry.EnabledUntil, options.Value.Zone);

    public async Task<IActionResult> OnGetAsync(string terminalId, CancellationToken cancellationToken) =>
        await FindAsync(terminalId, cancellationToken) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(string terminalId, CancellationToken cancellationToken)
    {
        if (!await FindAsync(terminalId, cancellationToken))
            return NotFound();
        if (WhitelistForm.Read(this, T, options.Value.Zone, terminalId, Label, EnabledUntil, Entry.EnabledUntil) is not { } setting)
            return Page();
        var (entry, effect) = await whitelist.PutAsync(
            Merchant.Id, setting, Actor, Seen is null ? null : current => current is not null && TagOf(current) == Seen, cancellationToken);
        if (effect != WhitelistEffect.Refused)
            return Done(At("whitelist"), "Whitelist.SaidChanged");
        if (entry is null)
            return NotFound();
        ModelState.Clear();
        Blame("", T["Whitelist.EntryChangedMeanwhile"]);
        (Entry, Seen) = (entry, null);
        return Page();
    }

    public async Task<IActionResult> OnPostRemoveAsync(string terminalId, CancellationToken cancellationToken) =>
        (await whitelist.RemoveAsync(Merchant.Id, terminalId, Actor, cancellationToken)).Effect == WhitelistEffect.Removed ? Done(At("whitelist"), "Whitelist.SaidRemoved") : NotFound();

    private string TagOf(WhitelistEntry entry) => tags.OfSettings(WhitelistEntryAnswer.From(entry));

    private async Task<bool> FindAsync(string terminalId, CancellationToken cancellationToken)
    {
        if (!Relay.Terminals.TerminalId.IsWellFormed(terminalId) || await whitelist.FindAsync(Merchant.Id, terminalId, cancellationToken) is not { } found)
            return false;
        Entry = found;
        return true;
    }
}
