using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Kicks.Counts;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Terminals.States;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Merchants and terminals that fail more than usual.</summary>
[RequireScope(Scopes.PlatformRead)]
internal sealed class ProblemsPage(KickCounts counts, TerminalStates states) : AdminPage
{
    public override string Title => "Problems.Title";

    /// <summary>Those whose kicks failed in this hour or the one before, the most unusual first.</summary>
    public IReadOnlyList<FailingMerchant> Merchants { get; private set; } = [];

    public IReadOnlyList<TerminalListRow> Terminals { get; private set; } = [];

    public Paging Paging { get; private set; } = new(null, null);

    public async Task OnGetAsync(string? after, CancellationToken cancellationToken)
    {
        Merchants = await counts.FailingMerchantsAsync(cancellationToken);
        var rows = await states.ListAsync(
            null, new TerminalSearch(TerminalStatus.Failing), TerminalId.IsWellFormed(after) ? after : null, Paging.Size + 1, cancellationToken);
        Paging = Paging.Of(rows, row => row.TerminalId, Request, out var shown);
        Terminals = shown;
    }
}
