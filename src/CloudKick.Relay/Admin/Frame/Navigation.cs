using CloudKick.Relay.Security;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>One entry of the menu.</summary>
/// <param name="Text">A text's key.</param>
/// <param name="Url">Where it leads.</param>
/// <param name="IsHere">Whether the reader is there, or on a page below it.</param>
internal sealed record NavigationItem(string Text, string Url, bool IsHere);

/// <summary>The menu: what the reader may see, in this order. A new page adds a line here.</summary>
internal static class Navigation
{
    private static readonly (string Path, string Text, string Scope)[] OfMerchant =
    [
        ("users", "Users.Title", Scopes.UsersRead),
    ];

    private static readonly (string Path, string Text, string Scope)[] OfPlatform =
    [
        ("platform/users", "Users.TitlePlatform", Scopes.PlatformRead),
    ];

    /// <summary>The merchant's part, when there is a merchant at hand.</summary>
    public static IEnumerable<NavigationItem> Merchant(HttpContext context, Caller caller, MerchantAtHand? atHand) =>
        (atHand?.Id ?? caller.Merchant) is { } id ? Items(OfMerchant, $"/m/{id}/", context, caller) : [];

    /// <summary>The platform's part.</summary>
    public static IEnumerable<NavigationItem> Platform(HttpContext context, Caller caller) => Items(OfPlatform, "/", context, caller);

    /// <summary>Where somebody begins.</summary>
    public static string Home(HttpContext context, Caller caller) =>
        Platform(context, caller).Concat(Merchant(context, caller, null)).Select(item => item.Url).FirstOrDefault() ?? "/account";

    private static IEnumerable<NavigationItem> Items((string Path, string Text, string Scope)[] items, string root, HttpContext context, Caller caller) =>
        items.Where(item => caller.May(item.Scope)).Select(item =>
            new NavigationItem(item.Text, root + item.Path, context.Request.Path.StartsWithSegments(root + item.Path, StringComparison.Ordinal)));
}
