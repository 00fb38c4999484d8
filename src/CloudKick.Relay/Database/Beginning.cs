namespace CloudKick.Relay.Database;

/// <summary>
/// How a text begins, as a range: <c>x ~&gt;=~ @text and x ~&lt;~ @beyond</c>. Row level security lets such comparisons use an index, but not LIKE.
/// </summary>
internal static class Beginning
{
    // U+10FFFF: what begins with a text comes before that text with this behind it.
    private const string LastCharacter = "\U0010FFFF";

    /// <summary>Where the texts end that begin so.</summary>
    public static string Beyond(string text) => text + LastCharacter;
}
