using System.Text.RegularExpressions;
using CloudKick.Relay.Database;
using CloudKick.Relay.Tests.Kicks;
using CloudKick.Relay.Users;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Admin;

/// <summary>The platform's problems: what fails more than is usual for it, the worst first.</summary>
[CancelAfter(120_000)]
internal sealed partial class ProblemsPageTests
{
    private const string Problems = "/platform/problems";

    private KickWorld _world = null!;
    private RelayHost _relay = null!;
    private PageClient _support = null!;

    [SetUp]
    public async Task Start()
    {
        _world = await KickWorld.CreateAsync();
        _relay = await RelayHost.StartAsync(_world.Database);
        _support = await _relay.SignInAsync(null, Roles.PlatformSupport);
    }

    [TearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Test]
    public async Task Where_all_is_as_usual_nothing_is_listed(CancellationToken cancellationToken)
    {
        await KickedAsync(_world.Bakery, now: (100, 30), before: (10_000, 3_000));
        await FailingAsync(KickWorld.OfBakery, failures: 4, usual: 0.6);

        var page = await _support.OpenAsync(Problems, cancellationToken);

        Assert.That(page.Text, Does.Contain("No merchant fails more than usual.").And.Contain("No terminal fails more than usual."));
    }

    [Test]
    public async Task Merchants_that_fail_more_than_usual_are_listed_and_the_worst_is_first(CancellationToken cancellationToken)
    {
        var candlemaker = await _relay.AddMerchantAsync("Candlemaker", cancellationToken);
        await KickedAsync(_world.Bakery, now: (100, 12), before: (10_000, 200));
        await KickedAsync(_world.Butcher, now: (100, 30), before: (10_000, 3_000));
        await KickedAsync(candlemaker, now: (400, 100), before: (10_000, 100));

        var page = await _support.OpenAsync(Problems, cancellationToken);

        Assert.That(Rows(page), Has.Count.EqualTo(2), page.Text);
        Assert.That(Rows(page)[0], Does.Contain("Candlemaker").And.Contain("100 of 400").And.Contain("25.0").And.Contain("1.0"));
        Assert.That(Rows(page)[1], Does.Contain("Bakery").And.Contain("12 of 100").And.Contain("12.0").And.Contain("2.0"));
        Assert.That(page.Text, Does.Not.Contain("Butcher"), "three of ten always failed there");
    }

    [Test]
    public async Task What_failed_hours_ago_is_no_problem_any_more(CancellationToken cancellationToken)
    {
        await KickedAsync(_world.Bakery, now: (100, 0), before: (100, 90));

        var page = await _support.OpenAsync(Problems, cancellationToken);

        Assert.That(Rows(page), Is.Empty);
    }

    [Test]
    public async Task Terminals_that_fail_more_than_usual_are_listed_and_the_worst_is_first(CancellationToken cancellationToken)
    {
        var (always, seldom) = (await _world.AddTerminalAsync(_world.Bakery), await _world.AddTerminalAsync(_world.Bakery));
        await FailingAsync(KickWorld.OfBakery, failures: 3, usual: 0.01);
        await FailingAsync(KickWorld.OfButcher, failures: 8, usual: 0.01);
        await FailingAsync(always, failures: 50, usual: 0.97);
        await FailingAsync(seldom, failures: 2, usual: 0);

        var page = await _support.OpenAsync(Problems, cancellationToken);

        Assert.That(Rows(page), Has.Count.EqualTo(2), page.Text);
        Assert.That(Rows(page)[0], Does.Contain(KickWorld.OfButcher).And.Contain("Butcher").And.Contain(" 8 "));
        Assert.That(Rows(page)[1], Does.Contain(KickWorld.OfBakery).And.Contain("Bakery").And.Contain(" 3 "));
    }

    [Test]
    public async Task Beyond_a_page_the_list_goes_on_with_the_less_bad(CancellationToken cancellationToken)
    {
        var terminals = new List<string>();
        for (var n = 0; n < 52; n++)
        {
            terminals.Add(await _world.AddTerminalAsync(_world.Bakery));
            await FailingAsync(terminals[n], failures: 100 - n, usual: 0);
        }

        var first = await _support.OpenAsync(Problems, cancellationToken);
        var next = Next().Match(first.Html).Groups[1].Value;
        var second = await _support.OpenAsync(System.Net.WebUtility.HtmlDecode(next), cancellationToken);

        Assert.That(Rows(first).Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]), Is.EqualTo(terminals.Take(50)));
        Assert.That(Rows(second).Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]), Is.EqualTo(terminals.Skip(50)));
    }

    [Test]
    public async Task The_lists_of_failing_terminals_have_all_that_fail_unusual_or_not(CancellationToken cancellationToken)
    {
        var (always, twice) = (await _world.AddTerminalAsync(_world.Bakery), await _world.AddTerminalAsync(_world.Bakery));
        await FailingAsync(KickWorld.OfButcher, failures: 3, usual: 0);
        await FailingAsync(always, failures: 5, usual: 0.99);
        await FailingAsync(twice, failures: 2, usual: 0);
        using var admin = await _relay.SignInAsync(_world.Bakery, Roles.Admin, cancellationToken);

        var all = await _support.OpenAsync("/platform/terminals?status=failing", cancellationToken);
        var own = await admin.OpenAsync($"/m/{_world.Bakery}/terminals?status=failing", cancellationToken);

        Assert.That(Rows(all), Has.Count.EqualTo(2).And.Some.Contains(KickWorld.OfButcher).And.Some.Contains(always));
        Assert.That(Rows(own), Has.Count.EqualTo(1).And.Some.Contains(always));
    }

    // Kicks of this hour and of yesterday: how many, and how many of them failed.
    private Task KickedAsync(MerchantId merchant, (int All, int Failed) now, (int All, int Failed) before) => _world.ExecuteAsync(
        """
        insert into kick_hours (merchant_id, hour, state, kicks)
        values (@merchant, date_trunc('hour', now()), 'connected', @worksNow), (@merchant, date_trunc('hour', now()), 'expired', @failsNow),
               (@merchant, date_trunc('hour', now()) - interval '1 day', 'connected', @workedBefore),
               (@merchant, date_trunc('hour', now()) - interval '1 day', 'failed', @failedBefore)
        """,
        new { merchant = merchant.Value, worksNow = now.All - now.Failed, failsNow = now.Failed, workedBefore = before.All - before.Failed, failedBefore = before.Failed });

    private Task FailingAsync(string terminal, int failures, double usual) => _world.ExecuteAsync(
        """
        update terminal_states set usual_failure = @usual where terminal_id = @terminal;
        update terminal_states set failures_in_row = @failures, failing_since = now(), usual_failure = 1 where terminal_id = @terminal;
        """,
        new { terminal, failures, usual });

    // What is in the rows of the page's tables, their heads left out.
    private static List<string> Rows(PageAnswer page) =>
        [.. Row().Matches(page.Html).Select(row => (page with { Html = row.Value }).Text).Where(text => !string.IsNullOrWhiteSpace(text))];

    [GeneratedRegex("<tr>(?:(?!</tr>).)*<td.*?</tr>", RegexOptions.Singleline)]
    private static partial Regex Row();

    [GeneratedRegex("href=\"([^\"]*[?&](?:amp;)?after=[^\"]*)\"")]
    private static partial Regex Next();
}
