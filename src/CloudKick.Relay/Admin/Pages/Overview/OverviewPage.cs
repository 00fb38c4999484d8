using System.Runtime.CompilerServices;
using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Database;
using CloudKick.Relay.Overviews;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals.States;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>What happens now, kept up to date: the same for a merchant and for the platform.</summary>
internal abstract class OverviewPage(OverviewBoard board, TimeProvider timeProvider) : AdminPage
{
    public OverviewView View { get; private set; } = null!;

    /// <summary>Whose; null: the platform's.</summary>
    protected abstract MerchantId? Owner { get; }

    protected abstract string Terminals { get; }

    /// <summary>Where the kicks are; null: a list of them is no page of this reader's.</summary>
    protected virtual string? Kicks => null;

    /// <summary>Where the plan to 2.0 is; null: there is none.</summary>
    protected virtual string? Plan => null;

    /// <summary>Where the merchant is enabled again; null: it is not disabled.</summary>
    protected virtual string? Disabled => null;

    public async Task OnGetAsync(CancellationToken cancellationToken) => View = ViewOf(await board.OfAsync(Owner, cancellationToken));

    public IActionResult OnGetLive() => new LiveView(FollowAsync);

    private async IAsyncEnumerable<LivePart> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        OverviewNow? shown = null;
        while (true)
        {
            var now = await board.OfAsync(Owner, cancellationToken);
            if (!ReferenceEquals(now, shown))
                yield return new LivePart("overview", "_Overview", ViewOf(now), T["Overview.Live", now.Terminals.Failing, now.Terminals.Offline]);
            shown = now;
            await Task.Delay(OverviewBoard.Freshness, timeProvider, cancellationToken);
        }
    }

    private OverviewView ViewOf(OverviewNow overview) => new(overview, Terminals, Kicks, Plan, UrlOf, Disabled);

    private static string? UrlOf(TerminalListRow terminal) => terminal.MerchantId is { } merchant ? $"/m/{merchant}/terminals/{terminal.TerminalId}" : null;
}

/// <summary>A merchant's overview.</summary>
[MerchantInRoute, RequireScope(Scopes.KicksRead)]
internal sealed class MerchantOverviewPage(OverviewBoard board, TimeProvider timeProvider) : OverviewPage(board, timeProvider)
{
    public override string Title => "Overview.Title";

    protected override MerchantId? Owner => MerchantAtHand.Of(HttpContext).Id;

    protected override string Terminals => $"/m/{Owner}/terminals";

    protected override string? Kicks => $"/m/{Owner}/kicks?outcome=not-coupled";

    protected override string? Plan => $"/m/{Owner}/plan";

    protected override string? Disabled => MerchantAtHand.Of(HttpContext).IsDisabled ? $"/platform/merchants/{Owner}" : null;
}

/// <summary>The platform's overview.</summary>
[RequireScope(Scopes.PlatformRead)]
internal sealed class PlatformOverviewPage(OverviewBoard board, TimeProvider timeProvider) : OverviewPage(board, timeProvider)
{
    public override string Title => "Overview.TitlePlatform";

    protected override MerchantId? Owner => null;

    protected override string Terminals => "/platform/terminals";
}
