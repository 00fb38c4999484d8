using CloudKick.Relay.FreeTexts;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>The way to a list's other pages; <c>&lt;partial name="_Paging" model="…" /&gt;</c> under its table.</summary>
/// <param name="First">The address of the first page; null when this is it.</param>
/// <param name="Next">The address of the next page; null when this is the last.</param>
internal sealed record Paging(string? First, string? Next)
{
    /// <summary>How many rows a page shows.</summary>
    public const int Size = 50;

    /// <summary>Of a list that is read one row further than it shows: <c>after</c> names the row that a page begins behind.</summary>
    /// <param name="rows">What was read, up to <see cref="Size"/> and one.</param>
    /// <param name="key">Names a row.</param>
    /// <param name="request">Whose page it is.</param>
    /// <param name="filter">What the list is narrowed by, as it was understood; whatever else was in the address ends here.</param>
    /// <param name="shown">The rows of this page.</param>
    public static Paging Of<T>(
        IReadOnlyList<T> rows, Func<T, string> key, HttpRequest request, Dictionary<string, string?> filter, out IReadOnlyList<T> shown)
    {
        shown = rows.Count > Size ? [.. rows.Take(Size)] : rows;
        // What finds something is in what it finds; otherwise it may be a card number, which is not repeated.
        var kept = QueryString.Create(filter.Where(pair => !string.IsNullOrEmpty(pair.Value) && (rows.Count > 0 || !FreeText.IsSensitive(pair.Value))));
        var first = request.Query.ContainsKey("after") ? request.Path + kept : null;
        var next = rows.Count > Size ? request.Path + kept.Add("after", key(shown[^1])) : null;
        return new Paging(first, next);
    }
}
