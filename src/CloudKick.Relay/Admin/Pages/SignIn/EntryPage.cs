using System.Globalization;
using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>A page on the way in: nobody is signed in yet.</summary>
internal abstract class EntryPage(Texts texts) : PageModel
{
    /// <summary>What the heading says: a text's key.</summary>
    protected abstract string Title { get; }

    /// <summary>The texts in the reader's language.</summary>
    protected Texts T => texts;

    public override void OnPageHandlerSelected(PageHandlerSelectedContext context) => ViewData["Title"] = texts[Title];

    /// <summary>Lets in: the browser has the session from here on, and speaks the language of whoever it is when none was chosen in it.</summary>
    protected void Enter(SignInAnswer answer)
    {
        SessionCookie.Write(HttpContext, answer.Token!);
        PageLanguage.Bring(HttpContext, answer.Language);
    }

    /// <summary>The form again, with what is wrong.</summary>
    protected PageResult Refuse(SignInAnswer answer, string field, string text)
    {
        ModelState.Clear();
        ModelState.AddModelError(field, HttpContext.RequestServices.GetRequiredService<SignInWords>().Refusal(answer, text));
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    /// <summary>Too many attempts from one address.</summary>
    protected StatusCodeResult TooMany(TimeSpan retryAfter)
    {
        Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return StatusCode(StatusCodes.Status429TooManyRequests);
    }
}
