using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Database;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>A list of people, and how somebody is invited: the same for a merchant and for the platform.</summary>
internal abstract class PeoplePage(UserRegistry directory, Mails mails, IOptions<UserOptions> options) : AdminPage
{
    [BindProperty]
    public string Email { get; set; } = "";

    [BindProperty]
    public string Name { get; set; } = "";

    [BindProperty]
    public string Role { get; set; } = "";

    public string Search { get; private set; } = "";

    public IReadOnlyList<User> People { get; private set; } = [];

    public Paging Paging { get; private set; } = new(null, null);

    /// <summary>The roles that may be given here.</summary>
    public IReadOnlyList<string> Roles => NewUserValidator.RolesFor(Owner);

    public IEnumerable<Choice> RoleChoices => Roles.Select(role => new Choice(role, T["Users.Role-" + role]));

    /// <summary>Whether the reader may change anything.</summary>
    public abstract bool MayChange { get; }

    /// <summary>Whoever was just invited and got no mail, with the link to hand over.</summary>
    public (string Email, string Address)? ToHandOver { get; private set; }

    /// <summary>Whose people; null: the platform's.</summary>
    protected abstract MerchantId? Owner { get; }

    /// <summary>Whether they are of a merchant that is disabled: no link of its people leads anywhere.</summary>
    protected virtual bool IsOwnerDisabled => false;

    public Task OnGetAsync(string? search, string? after, CancellationToken cancellationToken) => ReadAsync(search, after, cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var wanted = new NewUser(Owner, Email.Trim(), Role, Name.Trim());
        if (!NewUserValidator.IsEmail(wanted.Email))
            Blame(nameof(Email), T["Users.BadEmail"]);
        if (!Roles.Contains(Role))
            Blame(nameof(Role), T["Users.BadRole"]);
        if (!FreeText.IsFit(wanted.Name, NewUserValidator.MaximumNameLength))
            Blame(nameof(Name), T["Users.BadName"]);
        if (IsOwnerDisabled)
            Blame("", T["Users.LinkOfDisabledMerchant"]);
        var link = ModelState.IsValid ? await directory.InviteAsync(wanted, options.Value.InvitationLifetime, Actor, cancellationToken) : null;
        if (ModelState.IsValid && link is null)
            Blame(nameof(Email), T["Users.EmailTaken"]);
        if (link is not null && await mails.SendAsync(Request, link, cancellationToken))
            return Done(Request.Path, "Users.SaidInvited");

        if (link is not null)
        {
            ToHandOver = (link.User.Email, mails.Address(Request, link));
            ModelState.Clear();
            (Email, Name) = ("", "");
        }

        await ReadAsync(null, null, cancellationToken);
        return Page();
    }

    private async Task ReadAsync(string? search, string? after, CancellationToken cancellationToken)
    {
        Search = search?.Trim() ?? "";
        var rows = await directory.ListAsync(Owner, Search, after, Paging.Size + 1, cancellationToken);
        Paging = Paging.Of(rows, user => user.Email, Request, new() { ["search"] = Search }, out var shown);
        People = shown;
    }
}

/// <summary>A merchant's people.</summary>
[MerchantInRoute, RequireScope(Scopes.UsersRead, Scopes.UsersWrite)]
internal sealed class UsersPage(UserRegistry directory, Mails mails, IOptions<UserOptions> options) : PeoplePage(directory, mails, options)
{
    public override string Title => "Users.Title";

    public override bool MayChange => May(Scopes.UsersWrite);

    protected override MerchantId? Owner => MerchantAtHand.Of(HttpContext).Id;

    protected override bool IsOwnerDisabled => MerchantAtHand.Of(HttpContext).IsDisabled;
}

/// <summary>The platform's people.</summary>
[RequireScope(Scopes.PlatformRead, Scopes.PlatformAdmin)]
internal sealed class PlatformUsersPage(UserRegistry directory, Mails mails, IOptions<UserOptions> options) : PeoplePage(directory, mails, options)
{
    public override string Title => "Users.TitlePlatform";

    public override bool MayChange => May(Scopes.PlatformAdmin);

    protected override MerchantId? Owner => null;
}
