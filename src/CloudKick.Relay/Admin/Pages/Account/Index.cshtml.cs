using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Somebody's own account: password, second factor, sessions.</summary>
[RequireScope(Scopes.Account)]
internal sealed class AccountPage(UserSessions sessions, SecondFactors secondFactors, SignInSteps steps, SignInWords words, Accounts accounts) : AdminPage
{
    private const string Here = "/account";

    [BindProperty]
    public string Current { get; set; } = "";

    [BindProperty]
    public string Password { get; set; } = "";

    [BindProperty]
    public string Again { get; set; } = "";

    public override string Title => "Account.Title";

    public IReadOnlyList<LiveSession> Sessions { get; private set; } = [];

    public IReadOnlyList<string>? NewCodes { get; private set; }

    public long CodesLeft { get; private set; }

    public bool IsSecondFactorRequired => secondFactors.IsRequiredOf(Person.Role);

    public Task OnGetAsync(CancellationToken cancellationToken) => ReadAsync(cancellationToken);

    public async Task<IActionResult> OnPostPasswordAsync(CancellationToken cancellationToken)
    {
        if (Passwords.Judge(Password, Person.Email) is { } fault)
            Blame(nameof(Password), T[$"SignIn.Password{fault}", Passwords.MinimumLength, Passwords.MaximumLength]);
        else if (Password != Again)
            Blame(nameof(Again), T["SignIn.NotTheSame"]);
        else
            await ProveAsync(nameof(Current), Current, cancellationToken);
        if (!ModelState.IsValid)
            return await AgainAsync(cancellationToken);
        await accounts.ChangePasswordAsync(Person, Password, Actor, cancellationToken);
        return Done(Here, "Account.SaidPassword");
    }

    public async Task<IActionResult> OnPostRenewCodesAsync(string? passwordToRenew, CancellationToken cancellationToken)
    {
        if (!Person.HasSecondFactor)
            return LocalRedirect(Here);
        if (await ProveAsync(nameof(passwordToRenew), passwordToRenew, cancellationToken))
            NewCodes = await secondFactors.RenewCodesAsync(Person, Actor, cancellationToken);
        return await AgainAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostRemoveSecondFactorAsync(string? passwordToRemove, CancellationToken cancellationToken)
    {
        if (IsSecondFactorRequired)
            return StatusCode(StatusCodes.Status403Forbidden);
        if (!await ProveAsync(nameof(passwordToRemove), passwordToRemove, cancellationToken))
            return await AgainAsync(cancellationToken);
        await accounts.RemoveSecondFactorAsync(Person, Actor, cancellationToken);
        return Done(Here, "Account.SaidSecondFactorRemoved");
    }

    public async Task<IActionResult> OnPostEndSessionAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await accounts.EndSessionAsync(Person, sessionId, Actor, cancellationToken);
        return Done(Here, "Account.SaidSessionEnded");
    }

    public async Task<IActionResult> OnPostSignOutAsync(CancellationToken cancellationToken)
    {
        await accounts.SignOutAsync(Person, Actor, cancellationToken);
        SessionCookie.Remove(HttpContext);
        return Done(SessionAccess.SignInPath, "SignIn.SaidSignedOut");
    }

    // What opens the account to others, or shuts its owner out, must not be within reach of a borrowed browser.
    private async Task<bool> ProveAsync(string field, string? password, CancellationToken cancellationToken)
    {
        if (await steps.CheckPasswordAsync(Person, password ?? "", cancellationToken) is not { } refusal)
            return true;
        Blame(field, words.Refusal(refusal, "Account.WrongPassword"));
        return false;
    }

    private async Task<IActionResult> AgainAsync(CancellationToken cancellationToken)
    {
        await ReadAsync(cancellationToken);
        return Page();
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        Sessions = await sessions.ListAsync(Person.Tenant, Person.UserId, cancellationToken);
        CodesLeft = await secondFactors.CountCodesAsync(Person, cancellationToken);
    }
}
