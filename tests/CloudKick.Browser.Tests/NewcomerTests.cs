using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using CloudKick.Cli.Tests.Local;
using static Microsoft.Playwright.Assertions;

namespace CloudKick.Browser.Tests;

/// <summary>
/// What the README promises: whoever starts <c>cloudkick local</c> and opens what it prints, sees a terminal connect within a minute.
/// </summary>
[CancelAfter(300_000)]
internal sealed class NewcomerTests
{
    // Beside other tests, on a small machine: starting a database, a cloud and a relay is most of it.
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Promised = TimeSpan.FromMinutes(1);

    [Test]
    public async Task What_local_prints_leads_to_a_kick_that_connects_within_a_minute()
    {
        await using var local = CloudKickProcess.Start(["local", "--ephemeral", "--json", "--http-port", "0", "--iot-port", "0", "--tas-port", "0", "--terminals", "2"]);
        using var patience = new CancellationTokenSource(StartTimeout);
        var ready = JsonDocument.Parse(await local.ReadLineAsync(patience.Token)).RootElement;
        string Printed(string name) => ready.GetProperty(name).GetString()!;
        await using var browser = await Browser.StartAsync();
        // As printed, host and all: the session's cookie must hold there.
        await using var visitor = await browser.VisitAsync(new Uri(Printed("pagesUrl")), new Look(), asPrinted: true);

        var watch = Stopwatch.StartNew();
        await visitor.OpenAsync(Printed("pagesUrl"));
        await visitor.FillAsync("Email", Printed("adminEmail"));
        await visitor.FillAsync("Password", Printed("password"));
        await visitor.SubmitAsync("Password");
        await Expect(visitor.Page).ToHaveURLAsync(new Regex($"^{Regex.Escape(Printed("pagesUrl"))}/m/{Printed("merchantId")}/"));
        await visitor.Page.Locator($"nav a[href='/m/{Printed("merchantId")}/terminals']:visible").First.ClickAsync();
        await visitor.Page.Locator($"main a:has-text('{ready.GetProperty("terminals")[1].GetString()}')").First.ClickAsync();
        await visitor.SubmitAsync("Reference");
        await Expect(visitor.Page.Locator(".ladder li.done")).ToHaveCountAsync(4);

        Assert.That(watch.Elapsed, Is.LessThan(Promised));
        Assert.That(visitor.Complaints, Is.Empty);
    }
}
