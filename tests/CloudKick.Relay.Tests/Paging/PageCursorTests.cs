using CloudKick.Relay.Paging;

namespace CloudKick.Relay.Tests.Paging;

internal sealed class PageCursorTests
{
    [TestCase("NL000123")]
    [TestCase("_-")]
    [TestCase("é")]
    public void A_cursor_gives_its_key_back(string key)
    {
        var read = PageCursor.TryRead(PageCursor.After(key), out var found);

        Assert.That((read, found), Is.EqualTo((true, key)));
    }

    [TestCase("")]
    [TestCase("!")]
    [TestCase("AA")] // NUL
    [TestCase("_w")] // no UTF-8
    [TestCase("TkwwMDAxMjM=\u00e9")]
    public void What_is_no_cursor_is_refused(string text) => Assert.That(PageCursor.TryRead(text, out _), Is.False);

    [Test]
    public void A_cursor_has_a_longest_length()
    {
        Assert.That(PageCursor.TryRead(PageCursor.After(new string('x', PageCursor.MaximumKeyLength)), out _), Is.True);
        Assert.That(PageCursor.TryRead(PageCursor.After(new string('x', PageCursor.MaximumKeyLength + 1)), out _), Is.False);
        Assert.That(PageCursor.TryRead(new string('A', 1_000_000), out _), Is.False);
    }

    [Test]
    public void A_full_page_without_more_rows_is_the_last_one()
    {
        var last = Page<int>.From([1, 2], 2, n => n, n => $"{n}");
        var first = Page<int>.From([1, 2, 3], 2, n => n, n => $"{n}");

        Assert.That(last.NextCursor, Is.Null);
        Assert.That(first.Items, Is.EqualTo(new[] { 1, 2 }));
        Assert.That(PageCursor.TryRead(first.NextCursor!, out var key) ? key : null, Is.EqualTo("2"));
    }

    [TestCase(null, null, 0)]
    [TestCase(1, null, 0)]
    [TestCase(200, null, 0)]
    [TestCase(0, null, 1)]
    [TestCase(201, "!", 2)]
    public void A_query_names_all_its_faults(int? limit, string? cursor, int faults) =>
        Assert.That(PageQueryValidator.Instance.Validate(new PageQuery { Limit = limit, Cursor = cursor }).Errors, Has.Count.EqualTo(faults));
}
