namespace CloudKick.Relay.Admin.Pages;

/// <summary>A problem and what to do about it, all in the reader's language: <c>&lt;partial name="_Trouble" model="…" /&gt;</c>.</summary>
/// <param name="Title">What is wrong, in a few words.</param>
/// <param name="Evidence">How that is known; null: the title says it.</param>
/// <param name="Fix">What to do; null: nothing can be done here.</param>
/// <param name="IsWarning">It may become a problem, or may be none.</param>
internal sealed record Trouble(string Title, string? Evidence = null, string? Fix = null, bool IsWarning = false);
