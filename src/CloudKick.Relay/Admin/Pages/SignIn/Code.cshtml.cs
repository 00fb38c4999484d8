using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.RateLimits;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>The second step: a code of the authenticator app, or a recovery code.</summary>
[AllowAnonymous]
internal sealed class SignInCodePage(SignInSteps steps, UserSessions sessions, SignInRateLimit rate, Texts texts) : EntryPage(texts)
{
    [BindProperty]
    public string Code { get; set; } = "";

    protected override string Title => "SignIn.CodeTitle";

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken) =>
        await BegunAsync(cancellationToken) is null ? LocalRedirect("/sign-in") : Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (await BegunAsync(cancellationToken) is not { } begun)
            return LocalRedirect("/sign-in");
        if (!rate.TryAcquire(HttpContext.Connection.RemoteIpAddress, out var retryAfter))
            return TooMany(retryAfter);

        var answer = await steps.WithCodeAsync(begun, Code, Visitor.Of(HttpContext), cancellationToken);
        if (answer.Token is null)
            return Refuse(answer, "Code", "SignIn.CodeRefused");
        Enter(answer);
        var back = HttpContext.Request.Query[SignInPage.ReturnParameter].ToString();
        return LocalRedirect(Url.IsLocalUrl(back) ? back : "/");
    }

    private async Task<SignedIn?> BegunAsync(CancellationToken cancellationToken) =>
        SessionCookie.Read(HttpContext) is { } token && await sessions.FindAsync(token, cancellationToken) is { IsComplete: false } begun ? begun : null;
}
