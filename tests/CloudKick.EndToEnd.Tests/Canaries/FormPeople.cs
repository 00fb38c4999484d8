using System.Text.RegularExpressions;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals.Import;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.EndToEnd.Tests.Canaries;

/// <summary>Those who open the relay's pages, each as far as it takes for a page's fields to be looked at.</summary>
/// <param name="relay">The relay.</param>
/// <param name="merchant">Whose pages are opened.</param>
/// <param name="terminal">One of the merchant's.</param>
internal sealed class FormPeople(RelayHost relay, MerchantId merchant, string terminal)
{
    private const string Password = "a-password-nobody-has-7";

    /// <summary>Every page that takes something.</summary>
    public async Task<Form[]> FormsAsync(CancellationToken cancellationToken)
    {
        var own = $"/m/{merchant}";
        var admin = await relay.SignInAsync(merchant, Roles.Admin, cancellationToken);
        var platform = await relay.SignInAsync(null, Roles.PlatformOperator, cancellationToken);
        // Their wrong passwords are to lock nobody else out.
        var account = await relay.SignInAsync(merchant, Roles.Admin, cancellationToken);
        var factor = await relay.SignInAsync(merchant, Roles.Admin, cancellationToken);
        var sealedSecret = (await factor.OpenAsync("/account/second-factor", cancellationToken)).Field("Secret");
        var link = await relay.Services.GetRequiredService<UserRegistry>()
            .InviteAsync(new NewUser(merchant, Addresses.New("canary"), Roles.Admin), TimeSpan.FromHours(1), Actor.Cli, cancellationToken);
        (string, string)[] person = [("Email", "somebody@example.test"), ("Name", "x"), ("Role", Roles.Viewer)];
        (string, string)[] key = [("Label", "x"), ("ChosenScopes", "kicks:read")];
        return
        [
            new("KicksPage", admin, $"{own}/kicks", []),
            new("TerminalsPage", admin, $"{own}/terminals", []),
            new("TerminalPage", admin, $"{own}/terminals/{terminal}", ["Kick"]),
            new("PlanPage", admin, $"{own}/plan", []),
            new("WhitelistPage", admin, $"{own}/whitelist", [""], ("TerminalId", "NL000777"), ("Label", "x")),
            new("WhitelistEntryPage", admin, $"{own}/whitelist/entries/{terminal}", [""], ("Label", "x")),
            new("WhitelistImportPage", admin, $"{own}/whitelist/import", ["", "Import"], ("Text", "terminalId,label,enabledUntil\r\nNL000001,x,\r\n")),
            new("UsersPage", admin, $"{own}/users", [""], person),
            new("UserPage", admin, await SomebodyElseAsync(merchant, $"{own}/users", cancellationToken), ["", "Reset"], ("Name", "x"), ("Role", Roles.Admin)),
            new("ApiKeysPage", admin, $"{own}/api-keys", [""], key),
            new("ApiKeyPage", admin, await FirstAsync(admin, $"{own}/api-keys", cancellationToken), ["Rotate"]),
            new("AuditPage", admin, $"{own}/audit", ["Verify"]),
            new("MerchantsPage", platform, "/platform/merchants", [""]),
            new("MerchantOnePage", platform, $"/platform/merchants/{merchant}", ["Rename"], ("Name", "x")),
            new("ProblemsPage", platform, "/platform/problems", []),
            new("PlatformTerminalsPage", platform, "/platform/terminals", [""], ("NewId", "NL000778"), ("ManagementSystem", "GrundmasterNL"), ("Label", "x")),
            new("PlatformTerminalPage", platform, $"/platform/terminals/{terminal}", ["", "Assign", "Transfer"], ("Label", "x")),
            new("TerminalImportPage", platform, "/platform/terminals/import", ["", "Import"], ("Csv", string.Join(',', TerminalImportFile.Columns) + "\r\nNL000779,GrundmasterNL,,,,\r\n")),
            new("PlatformUsersPage", platform, "/platform/users", [""], person),
            new("PlatformUserPage", platform, await SomebodyElseAsync(null, "/platform/users", cancellationToken), ["", "Reset"], ("Name", "x"), ("Role", Roles.PlatformOperator)),
            new("PlatformApiKeysPage", platform, "/platform/api-keys", [""], key),
            new("PlatformApiKeyPage", platform, await FirstAsync(platform, "/platform/api-keys", cancellationToken), ["Rotate"]),
            new("PlatformAuditPage", platform, "/platform/audit", ["Verify"]),
            new("AccountPage", account, "/account", ["Password"], ("Current", Password), ("Password", Password), ("Again", Password)),
            new("SecondFactorPage", factor, "/account/second-factor", [""], ("Secret", sealedSecret), ("Current", RelayHost.Password), ("Code", "000000")),
            new("LanguagePage", relay.CreateBrowser(), "/language", []),
            new("SignInPage", relay.CreateBrowser(), "/sign-in", [""], ("Email", "somebody@example.test"), ("Password", Password)),
            new("ForgottenPage", relay.CreateBrowser(), "/sign-in/forgotten", [""]),
            new("SignInCodePage", await BeforeCodeAsync(cancellationToken), "/sign-in/code", [""]),
            new("WelcomePage", relay.CreateBrowser(), link!.Path, [""], ("Password", Password), ("Again", "another-" + Password)),
        ];
    }

    private static async Task<string> FirstAsync(PageClient browser, string list, CancellationToken cancellationToken)
    {
        var html = (await browser.OpenAsync(list, cancellationToken)).Html;
        return Regex.Matches(html, $"href=\"({Regex.Escape(list)}/[^\"/]+)\"").Select(match => match.Groups[1].Value).First(path => !path.EndsWith("/first-call", StringComparison.Ordinal));
    }

    /// <summary>The page of somebody new: what one may do oneself nobody changes.</summary>
    private async Task<string> SomebodyElseAsync(MerchantId? owner, string list, CancellationToken cancellationToken)
    {
        var email = await relay.AddUserAsync(owner, owner is null ? Roles.PlatformSupport : Roles.Viewer, cancellationToken);
        return $"{list}/{(await relay.Services.GetRequiredService<UserRegistry>().FindAsync(owner, email, cancellationToken))!.UserId}";
    }

    /// <summary>Somebody whose password was right, and who is asked for the code.</summary>
    private async Task<PageClient> BeforeCodeAsync(CancellationToken cancellationToken)
    {
        var email = await relay.AddUserAsync(merchant, Roles.Admin, cancellationToken);
        var before = relay.CreateBrowser();
        await before.SignInAsync(email, RelayHost.Password, cancellationToken);
        var page = await before.OpenAsync("/account/second-factor", cancellationToken);
        var sealedSecret = page.Field("Secret");
        var code = Totp.Code(relay.Services.GetRequiredService<SecondFactors>().Open(sealedSecret)!, Totp.StepAt(TimeProvider.System.GetUtcNow()));
        await before.PostAsync(
            "/account/second-factor", page.Field("__RequestVerificationToken"), cancellationToken,
            fields: [("Secret", sealedSecret), ("Code", code), ("Current", RelayHost.Password)]);
        var browser = relay.CreateBrowser();
        var asked = await browser.SignInAsync(email, RelayHost.Password, cancellationToken);
        return asked.Path.StartsWith("/sign-in/code", StringComparison.Ordinal) ? browser : throw new InvalidOperationException($"Not asked for a code: {asked}");
    }
}
