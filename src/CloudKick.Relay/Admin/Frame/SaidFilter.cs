using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>
/// Lets a page say what was just done, after the redirect that follows a change: <c>?said=Users.SaidInvited</c>. Only texts whose names
/// begin with <c>Said</c> are said, so that nobody can put words into our mouth.
/// </summary>
internal sealed class SaidFilter(Texts texts) : IPageFilter
{
    public const string Parameter = "said";
    private const string Prefix = ".Said";

    public void OnPageHandlerSelected(PageHandlerSelectedContext context)
    {
        if (context.HandlerInstance is PageModel page
            && context.HttpContext.Request.Query[Parameter].ToString() is { Length: > 0 and < 60 } key
            && key.Contains(Prefix, StringComparison.Ordinal) && texts.Find(key) is { } text)
            page.ViewData["Said"] = text;
    }

    public void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
    }

    public void OnPageHandlerExecuted(PageHandlerExecutedContext context)
    {
    }
}
