using System.Net;
using System.Text.RegularExpressions;
using CloudKick.Relay.Users;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>The menu, as a reader follows it.</summary>
[CancelAfter(180_000)]
internal sealed partial class NavigationTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase("nl")]
    [TestCase("en")]
    [TestCase("fr")]
    [TestCase("de")]
    public async Task Every_entry_leads_to_a_page_that_speaks_the_readers_language(string language, CancellationToken cancellationToken)
    {
        var merchant = await _relay.AddMerchantAsync("Any", cancellationToken);
        var browser = await _relay.SignInAsync(null, Roles.PlatformOperator, cancellationToken);
        browser.Language = language;

        var menu = Entries((await browser.OpenAsync($"/m/{merchant}/whitelist", cancellationToken)).Html);

        Assert.That(menu, Has.Length.EqualTo(17), "nine pages of a merchant's, eight of the platform's");
        foreach (var url in menu)
        {
            var page = await browser.OpenAsync(url, cancellationToken);
            Assert.That(page.Status, Is.EqualTo(HttpStatusCode.OK), page.ToString());
            Assert.That(page.Html, Does.Contain($"<html lang=\"{language}\">"));
            Assert.That(page.Html, Does.Contain("aria-current=\"page\""), url);
            Assert.That(Untranslated().Matches(page.Text).Select(match => match.Value), Is.Empty, url);
        }
    }

    [TestCase(Roles.Viewer, 6)]
    [TestCase(Roles.Operator, 6)]
    [TestCase(Roles.Admin, 9)]
    public async Task A_merchants_people_see_what_they_may_open(string role, int entries, CancellationToken cancellationToken)
    {
        var merchant = await _relay.AddMerchantAsync("Any", cancellationToken);
        var browser = await _relay.SignInAsync(merchant, role, cancellationToken);

        var menu = Entries((await browser.OpenAsync($"/m/{merchant}/whitelist", cancellationToken)).Html);

        Assert.That(menu, Has.Length.EqualTo(entries));
        foreach (var url in menu)
            Assert.That((await browser.OpenAsync(url, cancellationToken)).Status, Is.EqualTo(HttpStatusCode.OK), url);
    }

    private static string[] Entries(string html) => [.. Links().Matches(Menu().Match(html).Value).Select(match => WebUtility.HtmlDecode(match.Groups[1].Value))];

    [GeneratedRegex("<nav aria-label=\"[^\"]*\">.*?</nav>", RegexOptions.Singleline)]
    private static partial Regex Menu();

    [GeneratedRegex("<a href=\"([^\"]*)\"")]
    private static partial Regex Links();

    // A key that has no text shows itself.
    [GeneratedRegex(@"\b(Overview|Terminals|Whitelist|Kicks|Network|Keys|Users|Audit|Problems|Merchants|Settings|Shared)\.[A-Z][A-Za-z-]+")]
    private static partial Regex Untranslated();
}
