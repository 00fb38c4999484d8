using System.Globalization;
using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.RateLimits;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Has a link for a new password sent, and answers the same, and as soon, whether anybody has the address.</summary>
[AllowAnonymous]
internal sealed class ForgottenPage(ForgottenPasswords forgotten, Mails mails, SignInRateLimit rate, Texts texts) : EntryPage(texts)
{
    [BindProperty]
    public string Email { get; set; } = "";

    public bool IsMailSent => mails.AreSent;

    public bool IsAsked { get; private set; }

    protected override string Title => "SignIn.ForgottenTitle";

    public IActionResult OnPost()
    {
        if (!rate.TryAcquire(HttpContext.Connection.RemoteIpAddress, out var retryAfter))
            return TooMany(retryAfter);
        Email = Email.Trim();
        if (!NewUserValidator.IsEmail(Email))
        {
            ModelState.AddModelError(nameof(Email), T["Users.BadEmail"]);
            return Page();
        }

        if (IsMailSent)
            forgotten.Note(new ForgottenPassword(Email, Visitor.Of(HttpContext), mails.BaseUrl(Request), CultureInfo.CurrentUICulture));
        IsAsked = true;
        return Page();
    }
}
