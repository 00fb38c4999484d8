using System.Text.RegularExpressions;
using CloudKick.EndToEnd.Tests;
using CloudKick.Terminal;
using CloudKick.Testing;
using static Microsoft.Playwright.Assertions;

namespace CloudKick.Browser.Tests;

/// <summary>Something to look at: a page, or a page in a state that somebody brings it to.</summary>
/// <param name="Name">Names its pictures.</param>
/// <param name="Show">Brings it up.</param>
internal sealed record Sight(string Name, Func<Visitor, Task> Show)
{
    public static Sight At(string name, string path) => new(name, visitor => visitor.Page.GotoAsync(path));
}

/// <summary>What there is to see on a stage beside the pages of the menu. The links of one sight lead to the next, so they are shown in their order.</summary>
internal sealed class Sights
{
    private readonly KickStage _stage;
    private readonly string _coupled;
    private readonly string _deaf;
    private readonly string _connectedKick;
    private readonly string _expiredKick;

    private Sights(KickStage stage, string coupled, string deaf, string connectedKick, string expiredKick) =>
        (_stage, _coupled, _deaf, _connectedKick, _expiredKick) = (stage, coupled, deaf, connectedKick, expiredKick);

    private string Merchant => $"/m/{_stage.Merchant}";

    /// <summary>Terminals that come and do not, and a kick of each.</summary>
    public static async Task<Sights> SetUpAsync(KickStage stage)
    {
        var coupled = await stage.StartTerminalAsync();
        var deaf = await stage.StartTerminalAsync(TerminalBehaviour.Deaf);
        await stage.RegisterTerminalAsync(connectMode: "both");
        var (_, connected) = await stage.PostAsync(KickStage.Kick(coupled), wait: 20);
        var shortLived = KickStage.Kick(deaf);
        shortLived["ttlSeconds"] = 5;
        var (_, expired) = await stage.PostAsync(shortLived, wait: 20);
        return new Sights(stage, coupled, deaf, (string)connected["id"]!, (string)expired["id"]!);
    }

    /// <summary>The way in, of somebody new with a second factor.</summary>
    /// <param name="email">Theirs.</param>
    public static IEnumerable<Sight> OfTheWayIn(string email) =>
    [
        Sight.At("sign-in", "/sign-in"),
        new("sign-in, wrong", async visitor =>
        {
            await visitor.FillAsync("Email", "nobody@example.test");
            await visitor.FillAsync("Password", "wrong");
            await visitor.SubmitAndWaitAsync("Password");
        }),
        Sight.At("forgotten", "/sign-in/forgotten"),
        Sight.At("link that is good no more", "/welcome/no-such-link"),
        new("second factor is set up", async visitor =>
        {
            await visitor.SignInAsync(email);
            await Expect(visitor.Page).ToHaveURLAsync(new Regex("/m/"));
            await visitor.OpenAsync("/account/second-factor");
            await visitor.FillAsync("Current", RelayHost.Password);
            await visitor.FillAsync("Code", Visitor.CodeOf(await visitor.Page.Locator("main ol code").InnerTextAsync()));
            await visitor.SubmitAndWaitAsync("Code");
        }),
        new("account, password asked", async visitor =>
        {
            await visitor.OpenAsync("/account");
            await visitor.UnfoldAsync("PasswordToRenew");
        }),
        new("account, wrong password", async visitor =>
        {
            await visitor.FillAsync("PasswordToRenew", "wrong");
            await visitor.SubmitAndWaitAsync("PasswordToRenew");
        }),
        new("sign-in code", async visitor =>
        {
            await visitor.OpenAsync("/account");
            await visitor.ClickAndWaitAsync("form[action*=SignOut] button");
            await visitor.SignInAsync(email);
            await Expect(visitor.Page).ToHaveURLAsync(new Regex("/sign-in/code"));
        }),
        new("sign-in code, wrong", async visitor =>
        {
            await visitor.FillAsync("Code", "000000");
            await visitor.SubmitAndWaitAsync("Code");
        }),
    ];

    /// <summary>What a platform operator sees, who may see all.</summary>
    public IEnumerable<Sight> OfAnOperator() =>
    [
        Sight.At("terminal, coupled", $"{Merchant}/terminals/{_coupled}"), Sight.At("terminal, with a problem", $"{Merchant}/terminals/{_deaf}"),
        Sight.At("terminals, none found", $"{Merchant}/terminals?search=nothing"), Sight.At("parameter sheet", $"{Merchant}/terminals/{_coupled}/parameters"),
        Sight.At("kick, coupled", $"{Merchant}/kicks/{_connectedKick}"), Sight.At("kick, expired", $"{Merchant}/kicks/{_expiredKick}"), Sight.At("kicks, none found", $"{Merchant}/kicks?reference=nothing"),
        Sight.At("transfers", $"{Merchant}/transfers"), Sight.At("first call", $"{Merchant}/api-keys/first-call"), Sight.At("plan to 2.0", $"{Merchant}/plan"),
        Sight.At("whitelist entry", $"{Merchant}/whitelist/entries/{_coupled}"),
        new("whitelist, field errors", async visitor =>
        {
            await visitor.OpenAsync($"{Merchant}/whitelist");
            await visitor.UnfoldAsync("TerminalId");
            await visitor.FillAsync("TerminalId", "no terminal");
            await visitor.SubmitAndWaitAsync("TerminalId");
        }),
        Sight.At("whitelist import", $"{Merchant}/whitelist/import"),
        new("whitelist import, with faults", visitor => PreviewAsync(visitor, "Text", $"terminalId;label;enabledUntil\n{_deaf};Toonbank;\nno terminal;x;\nNL009999;y;tomorrow\n")),
        new("whitelist import, ready", visitor => PreviewAsync(visitor, "Text", $"terminalId;label\n{_deaf};Toonbank\nNL009999;y\n{_coupled};\n")),
        new("merchant's user invited", visitor => InviteAsync(visitor, $"{Merchant}/users")),
        new("merchant's user", visitor => visitor.ClickAndWaitAsync("main table a")),
        new("merchant's key shown", visitor => MakeKeyAsync(visitor, $"{Merchant}/api-keys", "kicks:read")),
        new("merchant's key", visitor => visitor.ClickAndWaitAsync("main table tr:last-child a")),
        new("merchant's key, before it is revoked", visitor => visitor.Page.Locator(".confirm summary").ClickAsync()),
        Sight.At("merchant's audit log", $"{Merchant}/audit"),
        new("merchant's audit log checked", visitor => visitor.ClickAndWaitAsync("form[action*=Verify] button")),
        Sight.At("platform's terminal", $"/platform/terminals/{_coupled}"), Sight.At("terminals import", "/platform/terminals/import"),
        new("terminals import, with faults", visitor => PreviewAsync(visitor, "Csv", $"terminalId,managementSystemId,label\nNL008001,GrundmasterNL,new\n{_coupled},GrundmasterNL,\nno terminal,Nowhere,\n")),
        Sight.At("merchant", $"/platform/merchants/{_stage.Merchant}"),
        new("platform's user invited", visitor => InviteAsync(visitor, "/platform/users")),
        new("platform's user", visitor => visitor.ClickAndWaitAsync("main table a")),
        new("platform's key shown", visitor => MakeKeyAsync(visitor, "/platform/api-keys", null)),
        new("platform's key", visitor => visitor.ClickAndWaitAsync("main table tr:last-child a")),
        Sight.At("account", "/account"), Sight.At("second factor", "/account/second-factor"), Sight.At("no such page", "/no-such-page"),
    ];

    /// <summary>What somebody sees who was invited.</summary>
    /// <param name="link">Where the invitation leads.</param>
    public static IEnumerable<Sight> OfAnInvitation(Uri link) =>
    [
        Sight.At("welcome", link.AbsolutePath),
        new("welcome, field errors", async visitor =>
        {
            await visitor.FillAsync("Password", "a long enough password");
            await visitor.FillAsync("Again", "another one altogether");
            await visitor.SubmitAndWaitAsync("Password");
        }),
    ];

    private static async Task PreviewAsync(Visitor visitor, string field, string lines)
    {
        await visitor.Page.Locator($"textarea[name={field}]:not(.hidden)").FillAsync(lines);
        await visitor.ClickAndWaitAsync("form:has([name=Upload]) button");
    }

    private static async Task InviteAsync(Visitor visitor, string people)
    {
        await visitor.OpenAsync(people);
        await visitor.UnfoldAsync("Email");
        await visitor.FillAsync("Email", Addresses.New("anna"));
        await visitor.FillAsync("Name", "Anna de Vries");
        await visitor.SubmitAndWaitAsync("Email");
    }

    private static async Task MakeKeyAsync(Visitor visitor, string keys, string? scope)
    {
        await visitor.OpenAsync(keys);
        await visitor.UnfoldAsync("Label");
        await visitor.FillAsync("Label", "web shop till");
        if (scope is not null)
            await visitor.Page.Locator($"[name=ChosenScopes][value='{scope}']").CheckAsync();
        await visitor.SubmitAndWaitAsync("Label");
    }
}
