using CloudKick.Testing;
using static CloudKick.Relay.Tests.Auditing.ExpectedChange;

namespace CloudKick.Relay.Tests.Auditing;

/// <summary>
/// Every form of a page that changes something, by page and handler: whoever adds one adds its line, here or under
/// <see cref="NotAudited"/>.
/// </summary>
internal static class AuditedForms
{
    private const string Own = "/m/{merchantId:guid}";

    public static readonly IReadOnlyDictionary<string, ExpectedChange> Lines = new Dictionary<string, ExpectedChange>(
        [.. OfMerchants(), .. OfPlatform(), .. OfPeople(), .. OfUsers(platform: false), .. OfUsers(platform: true), .. OfKeys(platform: false), .. OfKeys(platform: true)]);

    private static IEnumerable<KeyValuePair<string, ExpectedChange>> OfMerchants() =>
    [
        new($"POST {Own}/kicks/{{id}}?handler=Cancel", Form("Own kick.cancel", "Cancel", async world => (world.Admin, world.At($"kicks/{await world.KickAsync()}"), []))),
        Answer("Agree", "terminal.transfer.agree"),
        Answer("Decline", "terminal.transfer.decline"),
        new($"POST {Own}/whitelist", Form("Own whitelist.add", "", async world => (world.Admin, world.At("whitelist"), [("TerminalId", await world.TerminalAsync(world.Own))]))),
        new($"POST {Own}/whitelist?handler=Undo", Form("Own whitelist.remove", "Undo", async world => (world.Admin, world.At("whitelist"), [("changeId", (await world.LastChangeAsync()).ToString())]))),
        new($"POST {Own}/whitelist/entries/{{terminalId}}", Form("Own whitelist.update", "", async world =>
            (world.Admin, world.At($"whitelist/entries/{await world.ListedTerminalAsync()}"), [("Label", "new label")]))),
        new($"POST {Own}/whitelist/entries/{{terminalId}}?handler=Remove", Form("Own whitelist.remove", "Remove", async world =>
            (world.Admin, world.At($"whitelist/entries/{await world.ListedTerminalAsync()}"), []))),
        new($"POST {Own}/whitelist/import?handler=Import", Form("Own whitelist.add", "Import", async world =>
        {
            var text = $"terminalId,label,enabledUntil\n{await world.TerminalAsync(world.Own)},counter,\n";
            var previewed = (await world.Admin.SubmitAsync(world.At("whitelist/import"), CancellationToken.None, fields: [("Text", text)])).Field("Previewed");
            return (world.Admin, world.At("whitelist/import"), [("Text", text), ("Previewed", previewed)]);
        })),
    ];

    private static IEnumerable<KeyValuePair<string, ExpectedChange>> OfPlatform() =>
    [
        new("POST /platform/merchants", Form("Fresh page merchant.add", "", world => Task.FromResult((world.Platform, "/platform/merchants", new[] { ("Name", "Fresh page") })))),
        new("POST /platform/merchants/{merchantId:guid}?handler=Rename", Form("Page renamed merchant.add, Page renamed merchant.rename", "Rename", async world =>
        {
            // Chains are told apart by their merchants' names: under the new one, the row of before is new too.
            var added = await world.Get<Relay.Merchants.MerchantRegistry>().AddAsync("Page to rename", new Relay.Security.Actor("operator:before", null), CancellationToken.None);
            return (world.Platform, $"/platform/merchants/{added.MerchantId}", [("Name", "Page renamed")]);
        })),
        new("POST /platform/merchants/{merchantId:guid}?handler=Disable", Form("Page to disable merchant.disable", "Disable", async world =>
            (world.Platform, $"/platform/merchants/{await world.Relay.AddMerchantAsync("Page to disable")}", []))),
        new("POST /platform/merchants/{merchantId:guid}?handler=Enable", Form("Page to enable merchant.enable", "Enable", async world =>
            (world.Platform, $"/platform/merchants/{await world.DisabledAsync("Page to enable")}", []))),
        new("POST /platform/terminals", Form("Own terminal.add", "", world => Task.FromResult((
            world.Platform, "/platform/terminals",
            new[] { ("NewId", world.Name("NEW")), ("ManagementSystem", "GrundmasterNL"), ("MerchantId", world.Own.ToString()), ("Label", ""), ("Firmware", "") })))),
        new("POST /platform/terminals/import?handler=Import", Form("platform terminal.add", "Import", world => Task.FromResult((
            world.Platform, "/platform/terminals/import", new[] { ("Csv", $"terminalId,managementSystemId\n{world.Name("NEW")},GrundmasterNL\n") })))),
        new("POST /platform/terminals/{terminalId}", Form("Own terminal.update", "", async world =>
            (world.Platform, $"/platform/terminals/{await world.TerminalAsync(world.Own)}", [("Label", "new label"), ("Mode", "2.0")]))),
        new("POST /platform/terminals/{terminalId}?handler=Assign", Form("Own terminal.assign", "Assign", async world =>
            (world.Platform, $"/platform/terminals/{await world.TerminalAsync(null)}", [("MerchantId", world.Own.ToString())]))),
        new("POST /platform/terminals/{terminalId}?handler=Unassign", Form("Own terminal.unassign", "Unassign", async world =>
            (world.Platform, $"/platform/terminals/{await world.TerminalAsync(world.Own)}", []))),
        new("POST /platform/terminals/{terminalId}?handler=Transfer", Form(
            "Other terminal.transfer.propose, Own terminal.transfer.propose", "Transfer",
            async world => (world.Platform, $"/platform/terminals/{await world.TerminalAsync(world.Own)}", [("MerchantId", world.Other.ToString())]))),
        new("POST /platform/terminals/{terminalId}?handler=Withdraw", Form(
            "Other terminal.transfer.withdraw, Own terminal.transfer.withdraw", "Withdraw",
            async world =>
            {
                var open = await world.TransferAsync();
                return (world.Platform, $"/platform/terminals/{open.TerminalId}", [("transfer", open.TransferId.ToString())]);
            })),
    ];

    // What people do with their own account, and to get in.
    private static IEnumerable<KeyValuePair<string, ExpectedChange>> OfPeople() =>
    [
        new("POST /account?handler=Password", Form("Own user.password", "Password", async world =>
            ((await world.PersonAsync(secondFactor: false)).Browser, "/account", [("Current", RelayHost.Password), ("Password", "another good one"), ("Again", "another good one")]))),
        new("POST /account?handler=RenewCodes", Form("Own user.recovery-codes.renew", "RenewCodes", async world =>
            ((await world.PersonAsync(secondFactor: true)).Browser, "/account", [("PasswordToRenew", RelayHost.Password)]))),
        new("POST /account?handler=RemoveSecondFactor", Form("Own user.second-factor.remove", "RemoveSecondFactor", async world =>
            ((await world.PersonAsync(secondFactor: true)).Browser, "/account", [("PasswordToRemove", RelayHost.Password)]))),
        new("POST /account?handler=EndSession", Form("Own user.session.end", "EndSession", async world =>
        {
            var (here, email, _) = await world.PersonAsync(secondFactor: false);
            await world.Relay.CreateBrowser().SignInAsync(email, RelayHost.Password, CancellationToken.None);
            return (here, "/account", [("sessionId", (await here.OpenAsync("/account", CancellationToken.None)).Field("sessionId"))]);
        })),
        new("POST /account?handler=SignOut", Form("Own user.sign-out", "SignOut", async world => ((await world.PersonAsync(secondFactor: false)).Browser, "/account", []))),
        new("POST /account/second-factor", Form("Own user.second-factor.set-up", "", async world =>
        {
            var (browser, _, _) = await world.PersonAsync(secondFactor: false);
            return (browser, "/account/second-factor", (await world.SecondFactorAsync(browser)).Fields);
        })),
        new("POST /sign-in", Form("Own user.sign-in", "", async world =>
            (world.Relay.CreateBrowser(), "/sign-in", [("Email", (await world.PersonAsync(secondFactor: false)).Email), ("Password", RelayHost.Password)]))),
        new("POST /sign-in/code", Form("Own user.sign-in", "", async world =>
        {
            var (_, email, secret) = await world.PersonAsync(secondFactor: true);
            var browser = world.Relay.CreateBrowser();
            await browser.SignInAsync(email, RelayHost.Password, CancellationToken.None);
            // No code is taken twice: the app shows the next one a step later.
            return (browser, "/sign-in/code", [("Code", ChangeWorld.Code(secret!, 1))]);
        })),
        new("POST /welcome/{token}", Form("Own user.password", "", async world =>
            (world.Relay.CreateBrowser(), await world.LinkAsync(), [("Password", "another good one"), ("Again", "another good one")]))),
    ];

    private static IEnumerable<KeyValuePair<string, ExpectedChange>> OfUsers(bool platform)
    {
        var role = platform ? "platform-operator" : "operator";
        var route = (platform ? "/platform" : Own) + "/users";
        return
        [
            new($"POST {route}", Form($"{Chain(platform)} user.invite", "", world => Task.FromResult((
                By(world, platform), world.At("users", platform), new[] { ("Email", world.Name("new") + "@example.test"), ("Name", "New"), ("Role", role) })))),
            Of("", "user.update", ("Role", role), ("Name", "Renamed")), Of("?handler=Disable", "user.disable"), Of("?handler=Enable", "user.enable"),
            Of("?handler=Unlock", "user.unlock"), Of("?handler=Remove", "user.remove"), Of("?handler=Reset", "user.reset", ("secondFactor", "false")),
        ];

        KeyValuePair<string, ExpectedChange> Of(string handler, string action, params (string, string)[] fields) => new(
            $"POST {route}/{{userId:guid}}{handler}",
            Form($"{Chain(platform)} {action}", handler.Replace("?handler=", "", StringComparison.Ordinal), async world =>
                (By(world, platform), world.At($"users/{await world.UserAsync(platform ? null : world.Own, disabled: action == "user.enable")}", platform), fields)));
    }

    private static IEnumerable<KeyValuePair<string, ExpectedChange>> OfKeys(bool platform)
    {
        var (route, chain) = ((platform ? "/platform" : Own) + "/api-keys", Chain(platform));
        return
        [
            new($"POST {route}", Form($"{chain} api-key.create", "", world => Task.FromResult((
                By(world, platform), world.At("api-keys", platform), new[] { ("Label", "new key"), ("ChosenScopes", "kicks:read") })))),
            new($"POST {route}/{{keyId}}?handler=Rotate", Form($"{chain} api-key.create, {chain} api-key.rotate", "Rotate", async world =>
                (By(world, platform), world.At($"api-keys/{await world.KeyAsync(platform ? null : world.Own)}", platform), [("Overlap", "24")]))),
            new($"POST {route}/{{keyId}}?handler=Revoke", Form($"{chain} api-key.revoke", "Revoke", async world =>
                (By(world, platform), world.At($"api-keys/{await world.KeyAsync(platform ? null : world.Own)}", platform), []))),
        ];
    }

    private static KeyValuePair<string, ExpectedChange> Answer(string handler, string action) => new(
        $"POST {Own}/transfers?handler={handler}",
        Form($"Other {action}, Own {action}", handler, async world => (world.Admin, world.At("transfers"), [("transfer", (await world.TransferAsync()).TransferId.ToString())])));

    private static string Chain(bool platform) => platform ? "platform" : "Own";

    private static PageClient By(ChangeWorld world, bool platform) => platform ? world.Platform : world.Admin;
}
