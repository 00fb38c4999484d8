using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>
/// Changes the language: for this browser, and for the account when somebody is signed in, so that it meets them in their next browser too.
/// Asks for no form's token: those are bound to who is signed in, and this is for whoever is not, too. Another site could at most change the
/// language of a browser: the session's cookie does not come along from there.
/// </summary>
[AllowAnonymous, IgnoreAntiforgeryToken]
internal sealed class LanguagePage(UserSessions sessions, Accounts accounts) : PageModel
{
    public IActionResult OnGet() => NotFound();

    public async Task<IActionResult> OnPostAsync(string? code, string? back, CancellationToken cancellationToken)
    {
        if (!PageLanguage.IsKnown(code))
            return BadRequest();
        PageLanguage.Remember(HttpContext, code!);
        if (SessionCookie.Read(HttpContext) is { } token && await sessions.FindAsync(token, cancellationToken) is { IsComplete: true } person)
            await accounts.SetLanguageAsync(person, code!, cancellationToken);
        return LocalRedirect(Url.IsLocalUrl(back) ? back : "/");
    }
}
