using System.Text;
using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Csv;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Times;
using CloudKick.Relay.Whitelist;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>The terminals that may be kicked: searched, added, exported, and the last change undone.</summary>
[RequireScope(Scopes.WhitelistRead, Scopes.WhitelistWrite)]
internal sealed class WhitelistPage(MerchantWhitelist whitelist, TerminalDirectory terminals, IOptions<PageOptions> options) : MerchantPage
{
    private const int ExportChunk = 1_000;

    // Of the last change.
    private const int ShownEntries = 5;

    [BindProperty(SupportsGet = true)]
    public string? Search { get; set; }

    [BindProperty(SupportsGet = true)]
    public WhitelistState State { get; set; }

    [BindProperty]
    public string? TerminalId { get; set; }

    [BindProperty]
    public string? Label { get; set; }

    [BindProperty]
    public string? EnabledUntil { get; set; }

    public override string Title => "Whitelist.Title";

    public bool MayChange => May(Scopes.WhitelistWrite);

    public IReadOnlyList<WhitelistEntry> Entries { get; private set; } = [];

    public Paging Paging { get; private set; } = new(null, null);

    /// <summary>What can be undone.</summary>
    public WhitelistChangeBeginning? LastChange { get; private set; }

    public IEnumerable<Choice> States => Enum.GetValues<WhitelistState>().Select(state => new Choice(state.ToString(), T[$"Whitelist.State-{state}"]));

    public Task OnGetAsync(string? after, CancellationToken cancellationToken) => ReadAsync(after, cancellationToken);

    public IActionResult OnGetExport()
    {
        var merchant = Merchant.Id;
        return new StreamedFile("text/csv; charset=utf-8", "whitelist.csv", (file, token) => WriteAsync(merchant, file, token));
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var wanted = (TerminalId ?? "").Trim();
        if (WhitelistForm.Read(this, T, options.Value.Zone, wanted, Label, EnabledUntil, known: null) is { } setting)
        {
            var isThere = await whitelist.FindAsync(Merchant.Id, wanted, cancellationToken) is not null;
            if (!isThere && await terminals.MayBeNamedAsync(Merchant.Id, wanted, cancellationToken))
            {
                await whitelist.PutAsync(Merchant.Id, setting, Actor, cancellationToken);
                return Done(At("whitelist"), "Whitelist.SaidAdded");
            }

            Blame(nameof(TerminalId), T[isThere ? "Whitelist.ThereAlready" : "Whitelist.Fault-" + ImportFault.CardNumber]);
        }

        await ReadAsync(null, cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostUndoAsync(Guid changeId, CancellationToken cancellationToken)
    {
        if (await whitelist.UndoAsync(Merchant.Id, changeId, Actor, cancellationToken) is not null)
            return Done(At("whitelist"), "Whitelist.SaidUndone");
        ModelState.Clear();
        Blame("", T["Whitelist.ChangedMeanwhile"]);
        await ReadAsync(null, cancellationToken);
        return Page();
    }

    private async Task ReadAsync(string? after, CancellationToken cancellationToken)
    {
        var filter = new WhitelistFilter(Search: Search?.Trim() ?? "", State: Enum.IsDefined(State) ? State : WhitelistState.Any);
        var rows = await whitelist.ListAsync(Merchant.Id, filter, after, Paging.Size + 1, cancellationToken);
        var state = filter.State is WhitelistState.Any ? null : $"{filter.State}";
        Paging = Paging.Of(rows, row => row.TerminalId, Request, new() { ["search"] = filter.Search, ["state"] = state }, out var shown);
        Entries = shown;
        if (MayChange)
            LastChange = await whitelist.FindLastChangeAsync(Merchant.Id, ShownEntries, cancellationToken);
    }

    private async Task WriteAsync(MerchantId merchant, Stream file, CancellationToken cancellationToken)
    {
        var csv = new StringBuilder().AppendExact("terminalId", "label", "enabledUntil");
        string? after = null;
        while (true)
        {
            var rows = await whitelist.ListAsync(merchant, new WhitelistFilter(), after, ExportChunk, cancellationToken);
            foreach (var row in rows)
                csv.AppendExact(row.TerminalId, row.Label, row.EnabledUntil is { } until ? Rfc3339.Write(until) : "");
            await file.WriteAsync(Encoding.UTF8.GetBytes(csv.ToString()), cancellationToken);
            if (rows.Count < ExportChunk)
                return;
            after = rows[^1].TerminalId;
            csv.Clear();
        }
    }
}
