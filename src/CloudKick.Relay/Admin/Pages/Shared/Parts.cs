namespace CloudKick.Relay.Admin.Pages;

/// <summary>
/// Which part of many lines a page shows, where the lines are in the page's own form: <c>_Parts</c> sends it again for another one, as
/// <c>Part</c>.
/// </summary>
/// <param name="Form">The form's <c>id</c>.</param>
/// <param name="Part">Which part, from 1; what lies outside is the first or the last one.</param>
/// <param name="Lines">How many lines there are.</param>
internal sealed record Parts(string Form, int Part, int Lines)
{
    /// <summary>So many lines are in a part.</summary>
    public const int Size = 500;

    public int Count => Math.Max(1, (Lines + Size - 1) / Size);

    public int Part { get; } = Math.Clamp(Part, 1, Math.Max(1, (Lines + Size - 1) / Size));

    /// <summary>The first line shown, from 1.</summary>
    public int First => ((Part - 1) * Size) + 1;

    public int Last => Math.Min(Lines, Part * Size);

    /// <summary>The lines of this part.</summary>
    public IEnumerable<T> Of<T>(IEnumerable<T> lines) => lines.Skip(First - 1).Take(Size);
}
