using System.Text.RegularExpressions;
using CloudKick.EndToEnd.Tests;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CloudKick.Browser.Tests;

/// <summary>
/// Every page of the relay, and what becomes of it in people's hands, on desktop and phone, light and dark: axe finds nothing serious,
/// nothing sticks out in any language, and a picture of each is left in <c>artifacts/screenshots</c>.
/// </summary>
[Parallelizable(ParallelScope.All)]
[CancelAfter(1_200_000)]
internal sealed partial class EveryPageTests
{
    private Browser _browser = null!;
    private KickStage _stage = null!;
    private string _folder = null!;
    private Sights _sights = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _stage = await KickStage.StartAsync();
        _browser = await Browser.StartAsync();
        _folder = Path.Combine(Root(), "artifacts", "screenshots");
        Directory.CreateDirectory(_folder);
        _sights = await Sights.SetUpAsync(_stage);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _browser.DisposeAsync();
        await _stage.DisposeAsync();
    }

    // Of four looks, two in English and two in Dutch: each language is seen light and dark, on a desk and on a phone.
    [TestCase("en", new[] { false, true })]
    [TestCase("nl", new[] { true, false })]
    [TestCase("de", new bool[0])]
    [TestCase("fr", new bool[0])]
    public async Task Nothing_is_hard_to_use_or_out_of_place_on_any_page(string language, bool[] phones)
    {
        Look[] looks = [.. phones.Select((phone, index) => new Look(language, Dark: index > 0, phone))];
        var faults = new List<string>();
        var seen = new HashSet<string>();
        await using var newcomer = await _browser.VisitAsync(_stage.Relay.Address, new Look(language));
        await using var visitor = await _browser.VisitAsync(_stage.Relay.Address, new Look(language));
        await using var invited = await _browser.VisitAsync(_stage.Relay.Address, new Look(language));

        await LookAsync(newcomer, Sights.OfTheWayIn(await _stage.Relay.AddUserAsync(_stage.Merchant, Roles.Admin)));
        await visitor.SignInAsync(await _stage.Relay.AddUserAsync(null, Roles.PlatformOperator));
        await Expect(visitor.Page).ToHaveURLAsync(new Regex("/platform/"));
        await visitor.OpenAsync($"/m/{_stage.Merchant}/terminals");
        var menu = await MenuAsync(visitor);
        await LookAsync(visitor, menu.Select(path => Sight.At(path.Replace(_stage.Merchant.ToString(), "merchant", StringComparison.Ordinal), path)));
        await LookAsync(visitor, _sights.OfAnOperator());
        await LookAsync(invited, Sights.OfAnInvitation(await InviteAsync(visitor)));

        Assert.That(Pages.Except(seen), Is.Empty, "pages that nobody looked at: add them to the sights");
        Assert.That(string.Join('\n', faults.Distinct()), Is.Empty);
        Assert.That(newcomer.Complaints.Concat(visitor.Complaints).Concat(invited.Complaints), Is.Empty);

        async Task LookAsync(Visitor who, IEnumerable<Sight> sights)
        {
            foreach (var sight in sights)
            {
                await sight.Show(who);
                seen.Add(RouteOf(new Uri(who.Page.Url).AbsolutePath));
                foreach (var look in looks)
                    faults.AddRange(await this.LookAsync(who, sight.Name, look));
                faults.AddRange(await StickingOutAsync(who, $"{sight.Name} in {language}"));
            }
        }
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

    // What only leads elsewhere has no look.
    private static readonly string[] Ways = ["/", "/language"];

    // The pages of the relay itself, so that a new one is missed.
    private IEnumerable<string> Pages => _stage.Relay.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null)
        .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/'))
        .Except(Ways).Distinct();

    // Of two that fit, the one with fewer parameters is shown; where none fits, the page that says so.
    private string RouteOf(string path) => Pages
        .Where(route => Regex.IsMatch(path, $"^{Parameters().Replace(route, "[^/]+")}$"))
        .OrderBy(route => Parameters().Count(route)).FirstOrDefault("/problem");

    private async Task<Uri> InviteAsync(Visitor visitor)
    {
        await _sights.OfAnOperator().First(sight => sight.Name == "merchant's user invited").Show(visitor);
        return new Uri(await visitor.Page.Locator(".notice code").InnerTextAsync());
    }

    private static async Task<IReadOnlyList<string>> MenuAsync(Visitor visitor) =>
        await visitor.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('.shell nav a')].map(link => link.getAttribute('href'))");

    private async Task<IReadOnlyList<string>> LookAsync(Visitor visitor, string name, Look look)
    {
        await visitor.LookAsync(look);
        await visitor.Page.ScreenshotAsync(new PageScreenshotOptions { FullPage = true, Path = Path.Combine(_folder, $"{FileName(name)}.{look}.png") });
        var faults = await Axe.FaultsAsync(visitor.Page, onlyColours: look.Dark);
        return [.. faults.Select(fault => $"{name}: {fault}")];
    }

    // Between a phone and a desk there is a window that is neither: the menu stands beside tables that are still tables.
    private const int BetweenWidth = 800;

    // A table may be wider than its place on a desk, where it is scrolled; on a phone its cells stand below each other.
    private static async Task<IReadOnlyList<string>> StickingOutAsync(Visitor visitor, string name)
    {
        var faults = new List<string>();
        foreach (var width in (int[])[Look.PhoneWidth, BetweenWidth, Look.DesktopWidth])
        {
            await visitor.Page.SetViewportSizeAsync(width, visitor.Page.ViewportSize!.Height);
            var boxes = width == Look.PhoneWidth ? "document.documentElement, ...document.querySelectorAll('.table')" : "document.documentElement";
            var found = await visitor.Page.EvaluateAsync<string[]>(
                $"() => [{boxes}].filter(box => box.scrollWidth > box.clientWidth).map(box => `${{box.scrollWidth - box.clientWidth}} px wider than the ${{box.className || 'window'}}`)");
            faults.AddRange(found.Select(fault => $"{name} at {width} px: {fault}"));
        }
        return faults;
    }

    private static string FileName(string name) => NotForFiles().Replace(name, "-").Trim('-');

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "CloudKick.sln")))
            directory = directory.Parent;
        return directory.FullName;
    }

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex NotForFiles();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameters();
}
