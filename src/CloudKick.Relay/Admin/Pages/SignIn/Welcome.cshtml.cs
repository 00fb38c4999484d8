using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.RateLimits;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Where an invitation or a reset leads: somebody chooses a password. The link works until then, and not again.</summary>
[AllowAnonymous]
internal sealed class WelcomePage(OneTimeLinks links, SignInRateLimit rate, Texts texts) : EntryPage(texts)
{
    [BindProperty]
    public string Password { get; set; } = "";

    [BindProperty]
    public string Again { get; set; } = "";

    public LinkOwner? Owner { get; private set; }

    protected override string Title => "SignIn.WelcomeTitle";

    public Task OnGetAsync(string token, CancellationToken cancellationToken) => FindAsync(token, cancellationToken);

    public async Task<IActionResult> OnPostAsync(string token, CancellationToken cancellationToken)
    {
        if (!rate.TryAcquire(HttpContext.Connection.RemoteIpAddress, out var retryAfter))
            return TooMany(retryAfter);
        if (await FindAsync(token, cancellationToken) is not { } secret)
            return Page();
        if (Passwords.Judge(Password, Owner!.Email) is { } fault)
            ModelState.AddModelError(nameof(Password), T[$"SignIn.Password{fault}", Passwords.MinimumLength, Passwords.MaximumLength]);
        else if (Password != Again)
            ModelState.AddModelError(nameof(Again), T["SignIn.NotTheSame"]);
        if (!ModelState.IsValid)
            return Page();

        if (await links.UseAsync(secret, Owner, Password, Visitor.Of(HttpContext), cancellationToken))
            return LocalRedirect($"/sign-in?{SaidFilter.Parameter}=SignIn.SaidPassword");
        Owner = null;
        return Page();
    }

    private async Task<SecretToken?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (SecretToken.Parse(token) is not { } secret)
            return null;
        Owner = await links.FindAsync(secret, cancellationToken);
        return Owner is null ? null : secret;
    }
}
