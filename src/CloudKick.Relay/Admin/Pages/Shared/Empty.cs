namespace CloudKick.Relay.Admin.Pages;

/// <summary>What stands where a table would, when there is nothing to show: <c>&lt;partial name="_Empty" model="…" /&gt;</c>.</summary>
/// <param name="Text">Why, in the reader's language.</param>
/// <param name="Link">What to do about it, in the reader's language; null: nothing.</param>
/// <param name="Url">Where that leads.</param>
internal sealed record Empty(string Text, string? Link = null, string? Url = null);
