namespace CloudKick.Relay.Paging;

/// <summary>One page of a list.</summary>
/// <param name="Items">The items, in the list's order.</param>
/// <param name="NextCursor">Send it as <c>cursor</c> for the next page; null on the last one.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor)
{
    /// <summary>
    /// Makes the page from up to one row more than it holds: that row's presence tells that there is a next page.
    /// </summary>
    public static Page<T> From<TRow>(IReadOnlyList<TRow> rows, int size, Func<TRow, T> item, Func<TRow, string> key)
    {
        var more = rows.Count > size;
        var shown = more ? rows.Take(size) : rows;
        return new Page<T>([.. shown.Select(item)], more ? PageCursor.After(key(rows[size - 1])) : null);
    }
}
