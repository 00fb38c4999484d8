namespace CloudKick.Relay.Admin.Frame;

/// <summary>One of several things to choose from, in a <c>&lt;field&gt;</c> or among <c>&lt;choices&gt;</c>.</summary>
/// <param name="Value">What is sent.</param>
/// <param name="Text">What is read.</param>
/// <param name="Hint">What helps to choose; only among <c>&lt;choices&gt;</c>.</param>
public sealed record Choice(string Value, string Text, string? Hint = null);
