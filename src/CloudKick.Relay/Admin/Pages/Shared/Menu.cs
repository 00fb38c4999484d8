using CloudKick.Relay.Admin.Frame;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>What the menu shows: beside the page, and on a phone folded above it.</summary>
/// <param name="MerchantName">Whose pages the first part leads to.</param>
/// <param name="Merchant">The merchant's part.</param>
/// <param name="Platform">The platform's part.</param>
internal sealed record Menu(string? MerchantName, IReadOnlyList<NavigationItem> Merchant, IReadOnlyList<NavigationItem> Platform);
