using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Database;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>One of the people, and what may be changed of them: the same for a merchant and for the platform.</summary>
internal abstract class PersonPage(UserRegistry directory, SignInFailures failures, Accounts accounts, Mails mails, IOptions<UserOptions> options) : AdminPage
{
    [BindProperty]
    public string Name { get; set; } = "";

    [BindProperty]
    public string Role { get; set; } = "";

    /// <summary>The <see cref="Tag"/> of what the reader changes: somebody else's change in between is not overwritten.</summary>
    [BindProperty]
    public string? Seen { get; set; }

    public override string Title => "Users.OneTitle";

    public new User User { get; private set; } = null!;

    /// <summary>What the form changes, as it is shown.</summary>
    public string Tag => Still(Seen, TagOf(User));

    /// <summary>The roles that may be given here.</summary>
    public IReadOnlyList<string> Roles => NewUserValidator.RolesFor(Owner);

    public IEnumerable<Choice> RoleChoices => Roles.Select(role => new Choice(role, T["Users.Role-" + role]));

    /// <summary>Nobody changes what they may do themselves.</summary>
    public bool MayChange => MayWrite && User.UserId != Person.UserId;

    /// <summary>The list that this is of.</summary>
    public abstract string List { get; }

    /// <summary>Until when no attempt to sign in is looked at, after too many failures; null: they are.</summary>
    public DateTimeOffset? LockedUntil { get; private set; }

    /// <summary>A link to hand over, when it was not sent.</summary>
    public string? ToHandOver { get; private set; }

    /// <summary>Whose people; null: the platform's.</summary>
    protected abstract MerchantId? Owner { get; }

    /// <summary>Whether they are of a merchant that is disabled: no link of its people leads anywhere.</summary>
    protected virtual bool IsOwnerDisabled => false;

    protected abstract bool MayWrite { get; }

    public async Task<IActionResult> OnGetAsync(Guid userId, CancellationToken cancellationToken) =>
        await FindAsync(userId, cancellationToken) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(Guid userId, CancellationToken cancellationToken)
    {
        if (!await FindAsync(userId, cancellationToken))
            return NotFound();
        if (!Roles.Contains(Role))
            Blame(nameof(Role), T["Users.BadRole"]);
        if (!FreeText.IsFit(Name, NewUserValidator.MaximumNameLength))
            Blame(nameof(Name), T["Users.BadName"]);
        return ModelState.IsValid
            ? await ChangeAsync(
                user => user with { Role = Role, Name = Name.Trim() }, "Users.SaidChanged", cancellationToken, Seen is null ? null : user => TagOf(user) == Seen)
            : Page();
    }

    public async Task<IActionResult> OnPostDisableAsync(Guid userId, CancellationToken cancellationToken) =>
        await FindAsync(userId, cancellationToken)
            ? await ChangeAsync(user => user with { DisabledAt = user.DisabledAt ?? user.CreatedAt }, "Users.SaidDisabled", cancellationToken)
            : NotFound();

    public async Task<IActionResult> OnPostEnableAsync(Guid userId, CancellationToken cancellationToken) =>
        await FindAsync(userId, cancellationToken)
            ? await ChangeAsync(user => user with { DisabledAt = null }, "Users.SaidEnabled", cancellationToken)
            : NotFound();

    public async Task<IActionResult> OnPostUnlockAsync(Guid userId, CancellationToken cancellationToken)
    {
        if (!await FindAsync(userId, cancellationToken))
            return NotFound();
        if (!MayChange)
            return StatusCode(StatusCodes.Status403Forbidden);
        await accounts.UnlockAsync(User, Actor, cancellationToken);
        return Done(Request.Path, "Users.SaidUnlocked");
    }

    public async Task<IActionResult> OnPostRemoveAsync(Guid userId, CancellationToken cancellationToken)
    {
        if (!await FindAsync(userId, cancellationToken))
            return NotFound();
        if (!MayChange)
            return StatusCode(StatusCodes.Status403Forbidden);
        switch (await directory.RemoveAsync(Owner, userId, Actor, cancellationToken))
        {
            case UserOutcome.Done:
                return Done(List, "Users.SaidRemoved");
            case UserOutcome.LastAdmin:
                Blame("", T["Users.LastAdmin"]);
                return Page();
            default:
                return NotFound();
        }
    }

    public async Task<IActionResult> OnPostResetAsync(Guid userId, bool secondFactor, CancellationToken cancellationToken)
    {
        if (!await FindAsync(userId, cancellationToken))
            return NotFound();
        if (!MayChange)
            return StatusCode(StatusCodes.Status403Forbidden);
        if (User.DisabledAt is not null || IsOwnerDisabled)
        {
            Blame("", T[IsOwnerDisabled ? "Users.LinkOfDisabledMerchant" : "Users.LinkOfBlocked"]);
            return Page();
        }

        var lifetime = User.HasPassword ? options.Value.ResetLifetime : options.Value.InvitationLifetime;
        if (await directory.ResetAsync(Owner, userId, secondFactor, lifetime, Actor, cancellationToken) is not { } link)
            return NotFound();
        if (await mails.SendAsync(Request, link, cancellationToken))
            return Done(Request.Path, "Users.SaidLinkSent");
        ToHandOver = mails.Address(Request, link);
        return await FindAsync(userId, cancellationToken) ? Page() : NotFound();
    }

    private static string TagOf(User user) => $"{user.Role} {user.Name}";

    private async Task<IActionResult> ChangeAsync(Func<User, User> change, string said, CancellationToken cancellationToken, Func<User, bool>? condition = null)
    {
        if (!MayChange)
            return StatusCode(StatusCodes.Status403Forbidden);
        switch (await directory.ChangeAsync(Owner, User.UserId, change, Actor, condition, cancellationToken))
        {
            case UserOutcome.Done:
                return Done(Request.Path, said);
            case UserOutcome.LastAdmin:
                Blame("", T["Users.LastAdmin"]);
                return Page();
            case UserOutcome.Refused:
                ModelState.Clear();
                Blame("", T["Users.ChangedMeanwhile"]);
                Seen = null;
                return await FindAsync(User.UserId, cancellationToken) ? Page() : NotFound();
            default:
                return NotFound();
        }
    }

    private async Task<bool> FindAsync(Guid userId, CancellationToken cancellationToken)
    {
        if (await directory.FindAsync(Owner, userId, cancellationToken) is not { } found)
            return false;
        User = found;
        LockedUntil = await failures.FindLockAsync(found.Email, cancellationToken);
        return true;
    }
}

/// <summary>One of a merchant's people.</summary>
[MerchantInRoute, RequireScope(Scopes.UsersRead, Scopes.UsersWrite)]
internal sealed class UserPage(UserRegistry directory, SignInFailures failures, Accounts accounts, Mails mails, IOptions<UserOptions> options)
    : PersonPage(directory, failures, accounts, mails, options)
{
    public override string List => $"/m/{Owner}/users";

    protected override MerchantId? Owner => MerchantAtHand.Of(HttpContext).Id;

    protected override bool IsOwnerDisabled => MerchantAtHand.Of(HttpContext).IsDisabled;

    protected override bool MayWrite => May(Scopes.UsersWrite);
}

/// <summary>One of the platform's people.</summary>
[RequireScope(Scopes.PlatformRead, Scopes.PlatformAdmin)]
internal sealed class PlatformUserPage(UserRegistry directory, SignInFailures failures, Accounts accounts, Mails mails, IOptions<UserOptions> options)
    : PersonPage(directory, failures, accounts, mails, options)
{
    public override string List => "/platform/users";

    protected override MerchantId? Owner => null;

    protected override bool MayWrite => May(Scopes.PlatformAdmin);
}
