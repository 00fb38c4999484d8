using System.Net;
using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using CloudKick.Relay.Whitelist;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>Moments as forms send them: by themselves, and through every page that takes one.</summary>
[CancelAfter(120_000)]
internal sealed class LocalMomentTests
{
    private const string Terminal = "NL000871";

    private static readonly TimeZoneInfo Amsterdam = TimeZoneInfo.FindSystemTimeZoneById("Europe/Amsterdam");
    private static readonly TimeZoneInfo Honolulu = TimeZoneInfo.FindSystemTimeZoneById("Pacific/Honolulu");

    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _merchant;
    private PageClient _admin = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _merchant = await _relay.AddMerchantAsync();
        _admin = await _relay.SignInAsync(_merchant, Roles.Admin);
        await _relay.Services.GetRequiredService<MerchantWhitelist>().PutAsync(_merchant, new WhitelistSetting(Terminal), Actor.Cli, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase("2031-01-31T23:59", "2031-01-31T22:59:00.0000000Z")]
    [TestCase("2031-07-31T23:59:30", "2031-07-31T21:59:30.0000000Z")]
    [TestCase("1970-01-02T00:00", "1970-01-01T23:00:00.0000000Z")]
    [TestCase("9999-12-31T23:59", "9999-12-31T22:59:00.0000000Z")]
    public void A_moment_is_that_of_the_zones_clocks(string text, string moment)
    {
        Assert.That(LocalMoment.TryRead(text, Amsterdam, out var read), Is.True);
        Assert.That(read?.UtcDateTime.ToString("O"), Is.EqualTo(moment));
    }

    [TestCase("0001-01-01T00:00")]
    [TestCase("0026-11-21T10:00")]
    [TestCase("1969-12-31T23:59")]
    [TestCase("2031-03-30T02:30", Description = "the clocks go from 2 to 3")]
    [TestCase("2031-01-31")]
    [TestCase("tomorrow")]
    public void What_is_no_moment_there_is_refused(string text) => Assert.That(LocalMoment.TryRead(text, Amsterdam, out _), Is.False);

    [Test]
    public void What_is_in_the_year_10000_elsewhere_is_refused() => Assert.That(LocalMoment.TryRead("9999-12-31T23:59", Honolulu, out _), Is.False);

    [Test]
    public async Task No_page_fails_on_a_moment_that_is_none_or_is_far_away(
        [Values("0001-01-01T00:00", "1969-12-31T23:59", "9999-12-31T23:59", "nonsense")] string moment, CancellationToken cancellationToken)
    {
        var at = $"/m/{_merchant}/";
        var answers = new[]
        {
            await _admin.OpenAsync($"{at}kicks?from={moment}", cancellationToken),
            await _admin.OpenAsync($"{at}kicks?until={moment}", cancellationToken),
            await _admin.SubmitAsync($"{at}whitelist", cancellationToken, fields: [("TerminalId", "NL000872"), ("EnabledUntil", moment)]),
            await _admin.SubmitAsync($"{at}whitelist/entries/{Terminal}", cancellationToken, fields: [("Label", "counter"), ("EnabledUntil", moment)]),
            await _admin.SubmitAsync($"{at}api-keys", cancellationToken, fields: [("Label", "key"), ("ChosenScopes", Scopes.KicksRead), ("ExpiresAt", moment)]),
        };

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK), string.Join('\n', answers));
        if (!moment.StartsWith('9'))
            Assert.That(answers.Select(answer => answer.Html), Is.All.Contains("aria-invalid=\"true\""));
    }
}
