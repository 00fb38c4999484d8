using Microsoft.AspNetCore.Http;

// Not the tests' own namespace of this name.
using ListPaging = CloudKick.Relay.Admin.Pages.Paging;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>The links under a list.</summary>
internal sealed class PagingTests
{
    private const string CardNumber = "5500000000000004";

    private static readonly string[] Many = [.. Enumerable.Range(1, ListPaging.Size + 1).Select(number => $"T{number:000}")];

    [Test]
    public void Links_lead_on_with_what_narrows_the_list_and_nothing_else_of_the_address()
    {
        var paging = Of(Many, $"?search=T&state=&said=Users.SaidInvited&after=T000&unknown={CardNumber}", "T", out var shown);

        Assert.That(shown, Has.Count.EqualTo(ListPaging.Size));
        Assert.That((paging.First, paging.Next), Is.EqualTo(("/list?search=T", "/list?search=T&after=T050")));
    }

    [Test]
    public void First_page_with_no_way_on_has_no_links() => Assert.That(Of(["T001"], "?search=T", "T", out _), Is.EqualTo(new ListPaging(null, null)));

    [TestCase(CardNumber, "/list")]
    [TestCase("nobody", "/list?search=nobody")]
    public void A_card_number_that_finds_nothing_is_not_repeated(string search, string first) =>
        Assert.That(Of([], $"?search={search}&after=T000", search, out _).First, Is.EqualTo(first));

    [Test]
    public void An_old_id_that_only_looks_like_one_is_found_page_after_page() =>
        Assert.That(Of(Many, $"?search={CardNumber}", CardNumber, out _).Next, Is.EqualTo($"/list?search={CardNumber}&after=T050"));

    private static ListPaging Of(string[] rows, string query, string search, out IReadOnlyList<string> shown)
    {
        var request = new DefaultHttpContext().Request;
        (request.Path, request.QueryString) = ("/list", new QueryString(query));
        return ListPaging.Of(rows, row => row, request, new() { ["search"] = search, ["state"] = null }, out shown);
    }
}
