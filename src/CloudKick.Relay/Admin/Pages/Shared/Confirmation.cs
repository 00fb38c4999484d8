namespace CloudKick.Relay.Admin.Pages;

/// <summary>
/// A button that asks once more before it does: <c>&lt;partial name="_Confirm" model="…" /&gt;</c>. Works without scripts, and for a keyboard.
/// </summary>
/// <param name="Button">What it says at first.</param>
/// <param name="Question">What will happen.</param>
/// <param name="Handler">The page's handler for the POST.</param>
/// <param name="Fields">What is sent along.</param>
internal sealed record Confirmation(string Button, string Question, string Handler, params (string Name, string Value)[] Fields)
{
    /// <summary>
    /// The field for the reader's own password, where a borrowed browser must not be enough; null: none is asked for. Stays open while something
    /// is wrong with it.
    /// </summary>
    public string? Password { get; init; }
}
