namespace CloudKick.LocalCloud;

/// <summary>Lists in pages, under the two pairs of names that AWS's operations have for it.</summary>
internal static class ControlPages
{
    private const int MaximumPage = 250;

    /// <summary>By <c>nextToken</c> and <c>maxResults</c>.</summary>
    public static (T[] Page, string? Next) Page<T>(this ApiCall call, IReadOnlyList<T> all, Func<T, string> name) => Page(call, all, name, "nextToken", "maxResults");

    /// <summary>By <c>marker</c> and <c>pageSize</c>.</summary>
    public static (T[] Page, string? Next) PageByMarker<T>(this ApiCall call, IReadOnlyList<T> all, Func<T, string> name) => Page(call, all, name, "marker", "pageSize");

    /// <summary>A page goes on after the entry that the last one ended with; if that is gone, with the first that follows it by name.</summary>
    private static (T[] Page, string? Next) Page<T>(ApiCall call, IReadOnlyList<T> all, Func<T, string> name, string token, string size)
    {
        int count = call.QueryNumber(size, 1, MaximumPage) ?? MaximumPage;
        string after = PageToken.Read(call.Query(token));
        int start = 0;
        if (after.Length > 0)
        {
            start = all.TakeWhile(entry => name(entry) != after).Count() + 1;
            if (start > all.Count) start = all.TakeWhile(entry => string.CompareOrdinal(name(entry), after) <= 0).Count();
        }
        T[] page = [.. all.Skip(start).Take(count)];
        return (page, start + page.Length < all.Count ? PageToken.After(name(page[^1])) : null);
    }
}
