using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>One entry of the menu.</summary>
/// <param name="Text">A text's key.</param>
/// <param name="Url">Where it leads.</param>
/// <param name="IsHere">Whether the reader is there, or on a page below it.</param>
internal sealed record NavigationItem(string Text, string Url, bool IsHere);

/// <summary>
/// The menu: the pages that this program has and that the reader may see, in this order. Every page that is not below another one has a
/// line here; the first that a reader sees is where they begin.
/// </summary>
internal sealed class Navigation
{
    private const string MerchantRoot = "m/{" + MerchantInRouteAttribute.RouteValue + ":guid}/";

    private static readonly Entry[] OfMerchant =
    [
        new("overview", "Overview.Title", Scopes.KicksRead),
        new("terminals", "Terminals.Title", Scopes.TerminalsRead),
        new("whitelist", "Whitelist.Title", Scopes.WhitelistRead),
        new("kicks", "Kicks.Title", Scopes.KicksRead),
        new("network", "Network.Title", Scopes.TerminalsRead),
        new("plan", "Plan.Title", Scopes.TerminalsRead),
        new("api-keys", "Keys.Title", Scopes.KeysRead),
        new("users", "Users.Title", Scopes.UsersRead),
        new("audit", "Audit.Title", Scopes.AuditRead),
    ];

    private static readonly Entry[] OfPlatform =
    [
        new("platform/overview", "Overview.TitlePlatform", Scopes.PlatformRead),
        new("platform/problems", "Problems.Title", Scopes.PlatformRead),
        new("platform/merchants", "Merchants.Title", Scopes.PlatformRead),
        new("platform/terminals", "Terminals.TitlePlatform", Scopes.PlatformRead),
        new("platform/api-keys", "Keys.TitlePlatform", Scopes.PlatformRead),
        new("platform/users", "Users.TitlePlatform", Scopes.PlatformRead),
        new("platform/audit", "Audit.TitlePlatform", Scopes.PlatformRead),
        new("platform/settings", "Settings.Title", Scopes.PlatformRead),
    ];

    private readonly Entry[] _ofMerchant;
    private readonly Entry[] _ofPlatform;

    public Navigation(IActionDescriptorCollectionProvider actions)
    {
        var there = actions.ActionDescriptors.Items.OfType<PageActionDescriptor>()
            .Select(page => page.AttributeRouteInfo?.Template).ToHashSet(StringComparer.Ordinal);
        _ofMerchant = [.. OfMerchant.Where(entry => there.Contains(MerchantRoot + entry.Path))];
        _ofPlatform = [.. OfPlatform.Where(entry => there.Contains(entry.Path))];
    }

    /// <summary>The merchant's part, when there is a merchant at hand.</summary>
    public IEnumerable<NavigationItem> Merchant(HttpContext context, Caller caller, MerchantAtHand? atHand) =>
        (atHand?.Id ?? caller.Merchant) is { } id ? Items(_ofMerchant, $"/m/{id}/", context, caller) : [];

    /// <summary>The platform's part.</summary>
    public IEnumerable<NavigationItem> Platform(HttpContext context, Caller caller) => Items(_ofPlatform, "/", context, caller);

    /// <summary>Where somebody begins.</summary>
    public string Home(HttpContext context, Caller caller) =>
        Platform(context, caller).Concat(Merchant(context, caller, null)).Select(item => item.Url).FirstOrDefault() ?? "/account";

    private static IEnumerable<NavigationItem> Items(IEnumerable<Entry> entries, string root, HttpContext context, Caller caller) =>
        entries.Where(entry => caller.May(entry.Scope)).Select(entry =>
            new NavigationItem(entry.Text, root + entry.Path, context.Request.Path.StartsWithSegments(root + entry.Path, StringComparison.Ordinal)));

    private sealed record Entry(string Path, string Text, string Scope);
}
