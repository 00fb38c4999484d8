using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>The address by which the buttons for the languages lead back to the page.</summary>
internal sealed class HereTests
{
    private const string Number = "5500000000000004";

    [TestCase("?terminal=NL1&from=2027-01-31", "?terminal=NL1&from=2027-01-31")]
    [TestCase("?x", "?x")]
    [TestCase($"?terminal=NL1&reference={Number}", "?terminal=NL1")]
    [TestCase($"?{Number}=1", "")]
    [TestCase("?return=%2Fm%2F5500%25200000%25200000%25200004", "", Description = "an address, with its spaces")]
    [TestCase("?return=%2Faccount%3Fx%3D1", "?return=%2Faccount%3Fx%3D1")]
    public void The_query_is_kept_but_for_what_must_not_be_repeated(string query, string kept) =>
        Assert.That(Of("/list", query), Is.EqualTo("/list" + kept));

    [Test]
    public void What_is_told_to_be_wrong_is_not_kept() =>
        Assert.That(Of("/list", "?terminal=NL1&from=whatever", fault: "from"), Is.EqualTo("/list?terminal=NL1"));

    [TestCase(200, true, $"/m/terminals/{Number}")]
    [TestCase(200, false, "/", Description = "a stranger's")]
    [TestCase(404, true, "/")]
    public void An_address_is_kept_where_it_names_what_is_there(int status, bool signedIn, string back) =>
        Assert.That(Of($"/m/terminals/{Number}", "", status, signedIn), Is.EqualTo(back));

    [Test]
    public void A_page_that_says_what_is_wrong_keeps_nothing_of_the_one_that_was_asked_for() =>
        Assert.That(Of("/problem", "?search=whatever", status: 404), Is.EqualTo("/problem"));

    private static string Of(string path, string query, int status = 200, bool signedIn = true, string? fault = null)
    {
        var context = new DefaultHttpContext();
        (context.Request.Path, context.Request.QueryString, context.Response.StatusCode) = (path, new QueryString(query), status);
        if (signedIn)
            context.Features.Set(Caller.OfKey("abcdefgh01234567", null, []));
        var faults = new ModelStateDictionary();
        if (fault is not null)
            faults.AddModelError(fault, "no");
        return Here.Of(context, faults);
    }
}
