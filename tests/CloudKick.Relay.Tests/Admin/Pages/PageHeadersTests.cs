using System.Net;
using System.Text.RegularExpressions;
using CloudKick.Relay.Tests.Kicks;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>What binds browsers, on every page that there is, those of faults too: a page that is added is among them by itself.</summary>
[CancelAfter(180_000)]
internal sealed partial class PageHeadersTests
{
    private const string ParameterSheet = "/m/{merchantId:guid}/terminals/{terminalId}/parameters";

    // They have nothing to show by themselves: one is rendered in another's place, the other only takes a form.
    private static readonly string[] NothingToShow = ["/problem", "/language"];

    private KickWorld _world = null!;
    private RelayHost _relay = null!;
    private PageClient _operator = null!;
    private (string Route, string Path)[] _pages = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _world = await KickWorld.CreateAsync();
        _relay = await RelayHost.StartAsync(
            _world.Database, new RelayHostOptions { Settings = new Dictionary<string, string?> { ["CloudKick:Pages:PublicUrl"] = "https://kick.example.test" } });
        _operator = await _relay.SignInAsync(null, Roles.PlatformOperator);

        var merchant = _world.Bakery;
        var terminal = await _world.AddTerminalAsync(merchant);
        await _world.Node("elsewhere").AcceptAsync([_world.Order(terminal)], CancellationToken.None);
        var registry = _relay.Services.GetRequiredService<UserRegistry>();
        var kick = (await _operator.OpenAsync($"/m/{merchant}/kicks", CancellationToken.None)).Html;
        var ofMerchant = await registry.FindAsync(merchant, await _relay.AddUserAsync(merchant, Roles.Admin), CancellationToken.None);
        var ofPlatform = await registry.FindAsync(null, await _relay.AddUserAsync(null, Roles.PlatformSupport), CancellationToken.None);
        var keyOfMerchant = (await _relay.CreateKeyAsync(merchant, Relay.Security.Scopes.KicksRead)).Key.KeyId;
        var keyOfPlatform = (await _relay.CreateKeyAsync(null, Relay.Security.Scopes.PlatformAdmin)).Key.KeyId;
        var link = await registry.InviteAsync(new NewUser(merchant, "headers@example.test", Roles.Viewer), TimeSpan.FromDays(1), Relay.Security.Actor.Cli, CancellationToken.None);
        await _relay.Services.GetRequiredService<Relay.Whitelist.MerchantWhitelist>().PutAsync(
            merchant, new Relay.Whitelist.WhitelistSetting(terminal, "headers"), Relay.Security.Actor.Cli, CancellationToken.None);

        string Fill(string route) => Parameters().Replace(route, match => match.Groups[1].Value switch
        {
            "merchantId" => merchant.ToString(),
            "terminalId" => terminal,
            "userId" => (route.StartsWith("/m/", StringComparison.Ordinal) ? ofMerchant : ofPlatform)!.UserId.ToString(),
            "keyId" => route.StartsWith("/m/", StringComparison.Ordinal) ? keyOfMerchant : keyOfPlatform,
            "token" => link!.Path.Split('/')[^1],
            "id" => KickLinks().Match(kick).Value,
            var other => throw new InvalidOperationException($"{route}: say here what to fill in for {other}."),
        });
        _pages =
        [
            .. _relay.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                .Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null)
                .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/')).Distinct().Select(route => (route, Fill(route))),
        ];
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Test]
    public async Task Every_page_is_bound_and_has_no_code_or_style_inside(CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        foreach (var (route, path) in _pages)
        {
            var page = await _operator.OpenAsync(path, cancellationToken);
            if (page.Status != (NothingToShow.Contains(route) ? HttpStatusCode.NotFound : HttpStatusCode.OK))
                faults.Add($"{path}: {page}");
            faults.AddRange(Faults(page, isSheet: route == ParameterSheet).Select(fault => $"{path}: {fault}"));
        }

        Assert.That(_pages, Has.Length.GreaterThan(30));
        Assert.That(faults, Is.Empty, string.Join('\n', faults));
    }

    [TestCase("/no-such-page", HttpStatusCode.NotFound)]
    [TestCase("/m/0192f000-0000-7000-8000-00000000dead/kicks", HttpStatusCode.NotFound)]
    public async Task So_is_a_page_that_tells_of_a_fault(string path, HttpStatusCode status, CancellationToken cancellationToken)
    {
        var page = await _operator.OpenAsync(path, cancellationToken);

        Assert.That(page.Status, Is.EqualTo(status));
        Assert.That(Faults(page), Is.Empty);
    }

    [Test]
    public async Task So_are_redirects_refusals_and_a_stale_form(CancellationToken cancellationToken)
    {
        using var nobody = new PageClient(_relay.Address);
        var viewer = await _relay.SignInAsync(_world.Bakery, Roles.Viewer, cancellationToken);

        var redirect = await nobody.OpenAsync("/account", cancellationToken, follow: false);
        var forbidden = await viewer.OpenAsync($"/m/{_world.Bakery}/users", cancellationToken);
        var stale = await viewer.PostAsync("/account?handler=SignOut", null, cancellationToken);

        Assert.That(
            new[] { redirect.Status, forbidden.Status, stale.Status }, Is.EqualTo(new[] { HttpStatusCode.Redirect, HttpStatusCode.Forbidden, HttpStatusCode.BadRequest }));
        Assert.That(new[] { redirect, forbidden, stale }.SelectMany(page => Faults(page)), Is.Empty);
    }

    [Test]
    public async Task Only_behind_https_are_browsers_told_to_come_by_nothing_else(CancellationToken cancellationToken)
    {
        await using var plain = await RelayHost.StartAsync(_world.Database, cancellationToken: cancellationToken);
        using var browser = new PageClient(plain.Address);

        var page = await browser.OpenAsync("/sign-in", cancellationToken);

        Assert.That(page.Headers, Does.Not.ContainKey("Strict-Transport-Security"));
    }

    [Test]
    public async Task Scripts_and_styles_are_taken_for_what_they_are(CancellationToken cancellationToken)
    {
        var page = await _operator.OpenAsync("/account", cancellationToken);
        var assets = Assets().Matches(page.Html).Select(match => match.Groups[1].Value).Distinct().ToArray();

        Assert.That(assets, Has.Length.GreaterThanOrEqualTo(3));
        foreach (var asset in assets)
            Assert.That((await _operator.OpenAsync(WebUtility.HtmlDecode(asset), cancellationToken)).Headers["X-Content-Type-Options"], Is.EqualTo("nosniff"), asset);
    }

    private static IEnumerable<string> Faults(PageAnswer page, bool isSheet = false)
    {
        foreach (var (name, value) in new (string, string)[]
        {
            ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "same-origin"), ("Cache-Control", "no-store"),
            ("Cross-Origin-Opener-Policy", "same-origin"), ("Strict-Transport-Security", "max-age=31536000"),
        })
        {
            if (page.Headers.GetValueOrDefault(name) != value)
                yield return $"{name}: {page.Headers.GetValueOrDefault(name)}";
        }

        var policy = (page.Headers.GetValueOrDefault("Content-Security-Policy") ?? "").Split(';', StringSplitOptions.TrimEntries)
            .Select(part => part.Split(' ', 2)).ToDictionary(part => part[0], part => part.ElementAtOrDefault(1));
        // The sheet to print is one file, with one style that is named by its hash, and no script.
        foreach (var (name, value) in new (string, string?)[]
        {
            ("default-src", "'none'"), ("script-src", isSheet ? null : "'self'"), ("frame-ancestors", "'none'"), ("base-uri", "'none'"),
        })
        {
            if (policy.GetValueOrDefault(name) != value)
                yield return $"{name} {policy.GetValueOrDefault(name)}";
        }

        if (policy.Values.Any(value => value is not null && (value.Contains("unsafe", StringComparison.Ordinal) || value.Contains('*', StringComparison.Ordinal))))
            yield return page.Headers["Content-Security-Policy"];
        foreach (Match inline in Inline().Matches(page.Html))
        {
            if (!isSheet || inline.Value != "<style>")
                yield return inline.Value;
        }
    }

    [GeneratedRegex(@"<style\b[^>]*>|<script\b(?![^>]*\bsrc=)[^>]*>|<[a-z][^>]*\s(?:style|on[a-z]+)\s*=[^>]*>|<[^>]*=\s*[""']?javascript:[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex Inline();

    [GeneratedRegex(@"\{([a-zA-Z]+)[^}]*\}")]
    private static partial Regex Parameters();

    [GeneratedRegex("kck_[0-9A-Z]{26}")]
    private static partial Regex KickLinks();

    [GeneratedRegex("(?:href|src)=\"(/assets/[^\"]+)\"")]
    private static partial Regex Assets();
}
