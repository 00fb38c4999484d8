using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.RateLimits;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Sends a link for a new password, and answers the same whether anybody has the address.</summary>
[AllowAnonymous]
internal sealed class ForgottenPage(Accounts accounts, Mails mails, SignInRateLimit rate, Texts texts) : EntryPage(texts)
{
    [BindProperty]
    public string Email { get; set; } = "";

    public bool IsMailSent => mails.AreSent;

    public bool IsAsked { get; private set; }

    protected override string Title => "SignIn.ForgottenTitle";

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!rate.TryAcquire(HttpContext.Connection.RemoteIpAddress, out var retryAfter))
            return TooMany(retryAfter);
        if (IsMailSent && await accounts.ForgotPasswordAsync(Email.Trim(), Visitor.Of(HttpContext), cancellationToken) is { } link)
            await mails.SendAsync(Request, link, cancellationToken);
        IsAsked = true;
        return Page();
    }
}
