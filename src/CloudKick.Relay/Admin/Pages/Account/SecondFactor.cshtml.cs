using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Sets the second factor up: shows a secret, and takes a code that proves that an app has it.</summary>
[RequireScope(Scopes.Account)]
internal sealed class SecondFactorPage(SecondFactors secondFactors, SignInSteps steps, SignInWords words, TimeProvider timeProvider) : AdminPage
{
    private const string Issuer = "CloudKick";
    private const int TypedGroup = 4;

    // Whoever must set one up comes here from signing in: the password was asked for just now.
    private static readonly TimeSpan JustSignedIn = TimeSpan.FromMinutes(10);

    private byte[] _secret = [];

    /// <summary>The secret, sealed: nothing of it is kept until the code is right.</summary>
    [BindProperty]
    public string? Secret { get; set; }

    [BindProperty]
    public string Code { get; set; } = "";

    [BindProperty]
    public string Current { get; set; } = "";

    public override string Title => "Account.SecondFactor";

    public bool IsRequired => !Person.HasSecondFactor && secondFactors.IsRequiredOf(Person.Role);

    /// <summary>A second factor shuts out whoever has no code of it: setting one up, the first too, must not be within reach of a borrowed browser.</summary>
    public bool MustGivePassword => !IsRequired || timeProvider.GetUtcNow() - Person.CreatedAt > JustSignedIn;

    public IReadOnlyList<string>? Codes { get; private set; }

    public IHtmlContent QrCode => QrSvg.Of(Totp.Uri(_secret, Issuer, Person.Email));

    public string Typed => string.Join(' ', Base32.Encode(_secret).Chunk(TypedGroup).Select(group => new string(group)));

    public void OnGet() => Offer();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (secondFactors.Open(Secret ?? "") is not { } secret)
        {
            Blame("", T["Shared.StaleText"]);
            Offer();
            return Page();
        }

        _secret = secret;
        if (MustGivePassword && await steps.CheckPasswordAsync(Person, Current, cancellationToken) is { } refusal)
        {
            Blame(nameof(Current), words.Refusal(refusal, "Account.WrongPassword"));
            return Page();
        }

        Codes = await secondFactors.SetUpAsync(Person, secret, Code, Actor, cancellationToken);
        if (Codes is null)
            Blame(nameof(Code), T["SignIn.CodeRefused"]);
        return Page();
    }

    private void Offer()
    {
        (_secret, Secret) = secondFactors.Offer();
        ModelState.Remove(nameof(Secret));
    }
}
