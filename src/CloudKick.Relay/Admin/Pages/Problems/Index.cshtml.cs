using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Kicks.Counts;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals.States;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Merchants and terminals that fail more than usual.</summary>
[RequireScope(Scopes.PlatformRead)]
internal sealed class ProblemsPage(KickCounts counts, TerminalStates states) : AdminPage
{
    public override string Title => "Problems.Title";

    /// <summary>Those that fail more than usual in this hour and the one before, the worst first.</summary>
    public IReadOnlyList<FailingMerchant> Merchants { get; private set; } = [];

    /// <summary>Those whose last kicks failed, and usually do not; the worst first.</summary>
    public IReadOnlyList<TerminalListRow> Terminals { get; private set; } = [];

    public Paging Paging { get; private set; } = new(null, null);

    public async Task OnGetAsync(string? after, CancellationToken cancellationToken)
    {
        Merchants = await counts.FailingMerchantsAsync(cancellationToken);
        var rows = await states.UnusualAsync(UnusualPlace.Read(after), Paging.Size + 1, cancellationToken);
        Paging = Paging.Of(rows, UnusualPlace.Of, Request, [], out var shown);
        Terminals = shown;
    }
}
