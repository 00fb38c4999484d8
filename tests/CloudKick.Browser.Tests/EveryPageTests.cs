using System.Text.RegularExpressions;
using CloudKick.EndToEnd.Tests;
using CloudKick.Relay.Users;
using CloudKick.Terminal;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CloudKick.Browser.Tests;

/// <summary>
/// Every page of the menu and those behind it, on desktop and phone, light and dark: axe finds nothing serious, nothing sticks out, and
/// a picture of each is left in <c>artifacts/screenshots</c>.
/// </summary>
[CancelAfter(1_200_000)]
internal sealed partial class EveryPageTests
{
    private Browser _browser = null!;
    private KickStage _stage = null!;
    private string _folder = null!;
    private string[] _details = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _stage = await KickStage.StartAsync();
        _browser = await Browser.StartAsync();
        _folder = Path.Combine(Root(), "artifacts", "screenshots");
        Directory.CreateDirectory(_folder);

        var terminal = await _stage.StartTerminalAsync();
        var deaf = await _stage.StartTerminalAsync(TerminalBehaviour.Deaf);
        await _stage.RegisterTerminalAsync(connectMode: "both");
        var (_, coupled) = await _stage.PostAsync(KickStage.Kick(terminal), wait: 20);
        var shortLived = KickStage.Kick(deaf);
        shortLived["ttlSeconds"] = 5;
        var (_, expired) = await _stage.PostAsync(shortLived, wait: 20);
        _details =
        [
            $"/m/{_stage.Merchant}/terminals/{terminal}", $"/m/{_stage.Merchant}/terminals/{deaf}", $"/m/{_stage.Merchant}/transfers",
            $"/m/{_stage.Merchant}/kicks/{coupled["id"]}", $"/m/{_stage.Merchant}/kicks/{expired["id"]}", $"/m/{_stage.Merchant}/whitelist/import", $"/m/{_stage.Merchant}/api-keys/first-call", $"/m/{_stage.Merchant}/terminals?search=nothing",
            $"/platform/terminals/{terminal}", "/platform/terminals/import", "/account", "/account/second-factor", "/no-such-page",
        ];
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _browser.DisposeAsync();
        await _stage.DisposeAsync();
    }

    [Test]
    public async Task Nothing_is_hard_to_use_or_out_of_place([Values] bool dark, [Values] bool phone)
    {
        var look = new Look(dark == phone ? "en" : "nl", dark, phone);
        await using var visitor = await _browser.VisitAsync(_stage.Relay.Address, look);
        await visitor.OpenAsync("/sign-in");
        var faults = new List<string>(await LookAsync(visitor, "/sign-in", look));
        await visitor.SignInAsync(await _stage.Relay.AddUserAsync(null, Roles.PlatformOperator));
        await Expect(visitor.Page).ToHaveURLAsync(new Regex("/platform/"));
        await visitor.OpenAsync($"/m/{_stage.Merchant}/terminals");

        var pages = (await MenuAsync(visitor)).Concat(_details).Distinct().ToArray();
        foreach (var page in pages)
        {
            await visitor.Page.GotoAsync(page);
            faults.AddRange(await LookAsync(visitor, page, look));
        }

        Assert.That(pages, Has.Length.GreaterThan(15));
        Assert.That(string.Join('\n', faults.Distinct()), Is.Empty);
        Assert.That(visitor.Complaints, Is.Empty);
    }

    [Test]
    public async Task On_a_phone_the_menu_is_folded_and_opens_without_scripts()
    {
        await using var visitor = await _browser.VisitAsync(_stage.Relay.Address, new Look(Phone: true), scripts: false);
        await visitor.SignInAsync(await _stage.Relay.AddUserAsync(_stage.Merchant, Roles.Admin));
        await visitor.OpenAsync($"/m/{_stage.Merchant}/whitelist");
        var plan = visitor.Page.Locator($"nav a[href='/m/{_stage.Merchant}/plan']:visible");

        var folded = await plan.CountAsync();
        await visitor.Page.Locator(".menu > summary").ClickAsync();
        await plan.ClickAsync();

        Assert.That(folded, Is.Zero);
        await Expect(visitor.Page).ToHaveURLAsync(new Regex("/plan$"));
    }

    private static async Task<IReadOnlyList<string>> MenuAsync(Visitor visitor) =>
        await visitor.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('.shell nav a')].map(link => link.getAttribute('href'))");

    private async Task<IReadOnlyList<string>> LookAsync(Visitor visitor, string path, Look look)
    {
        await visitor.Page.ScreenshotAsync(new PageScreenshotOptions { FullPage = true, Path = Path.Combine(_folder, $"{FileName(path)}.{look}.png") });
        var found = await visitor.Page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice") });
        var faults = found.Violations
            .Where(violation => violation.Impact is "serious" or "critical")
            .Select(violation => $"{path}: {violation.Id}: {violation.Help}: {violation.Nodes[0].Html}")
            .ToList();
        var tooWide = await visitor.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        if (tooWide > 0)
            faults.Add($"{path}: {tooWide} px wider than the window");
        return faults;
    }

    private string FileName(string path) =>
        NotForFiles().Replace(path.Replace(_stage.Merchant.ToString(), "merchant", StringComparison.Ordinal).Trim('/'), "-");

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "CloudKick.sln")))
            directory = directory.Parent;
        return directory.FullName;
    }

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex NotForFiles();
}
