using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.RateLimits;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>The first step: email address and password.</summary>
[AllowAnonymous]
internal sealed class SignInPage(SignInSteps steps, SignInRateLimit rate, Texts texts) : EntryPage(texts)
{
    public const string ReturnParameter = "return";

    [BindProperty]
    public string Email { get; set; } = "";

    [BindProperty]
    public string Password { get; set; } = "";

    protected override string Title => "SignIn.Title";

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        Email = Email.Trim();
        if (!rate.TryAcquire(HttpContext.Connection.RemoteIpAddress, out var retryAfter))
            return TooMany(retryAfter);

        var answer = await steps.WithPasswordAsync(Email, Password, Visitor.Of(HttpContext), cancellationToken);
        if (answer.Token is null)
            return Refuse(answer, "Email", "SignIn.Refused");
        Enter(answer);
        var back = HttpContext.Request.Query[ReturnParameter].ToString();
        var returnTo = Url.IsLocalUrl(back) ? back : "/";
        return LocalRedirect(answer.IsComplete ? returnTo : "/sign-in/code" + QueryString.Create(ReturnParameter, returnTo));
    }
}
