using System.Text.RegularExpressions;
using CloudKick.EndToEnd.Tests;
using CloudKick.LocalCloud;
using CloudKick.Relay.Users;
using static Microsoft.Playwright.Assertions;

namespace CloudKick.Browser.Tests;

/// <summary>What somebody notices of a live view who uses the keyboard, or hears the page.</summary>
[CancelAfter(300_000)]
internal sealed class LiveRegionTests
{
    private Browser _browser = null!;
    private KickStage _stage = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _stage = await KickStage.StartAsync();
        _browser = await Browser.StartAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _browser.DisposeAsync();
        await _stage.DisposeAsync();
    }

    [Test]
    public async Task What_changes_is_said_in_a_line_that_stays(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(cancellationToken: cancellationToken);
        // It gets its kick when the page says that it waits: of one that is over before the page is there, nothing would be said.
        _stage.Cloud.Control.Order(new CloudFault(CloudFaultKind.Freeze, terminal));
        await using var visitor = await SignedInAsync();
        await visitor.OpenAsync($"/m/{_stage.Merchant}/terminals/{terminal}");
        await visitor.SubmitAsync("Reference");
        var status = visitor.Page.Locator("[role=status][data-live-said]");
        await Expect(status).ToContainTextAsync(terminal);
        await status.EvaluateAsync("line => { line.stayed = true; }");
        _stage.Cloud.Control.Thaw(terminal);

        await Expect(status).ToHaveTextAsync($"Terminal {terminal}: coupled");

        Assert.That(await status.EvaluateAsync<bool>("line => line.stayed === true && line.closest('[data-live]') === null"), Is.True);
        Assert.That(visitor.Complaints, Is.Empty);
    }

    [Test]
    public async Task The_focus_stays_on_its_link_when_what_surrounds_it_is_replaced(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(cancellationToken: cancellationToken);
        await using var visitor = await SignedInAsync();
        await visitor.OpenAsync($"/m/{_stage.Merchant}/overview");
        var offline = visitor.Page.Locator("#overview .tiles a[href$='status=offline']");
        var summary = await visitor.Page.Locator("#kicks + p").InnerTextAsync();
        await offline.FocusAsync();
        await offline.EvaluateAsync("link => { link.old = true; }");

        await _stage.PostAsync(KickStage.Kick(terminal), wait: 20, cancellationToken: cancellationToken);
        await Expect(visitor.Page.Locator("#kicks + p")).Not.ToHaveTextAsync(summary);

        await Expect(offline).ToBeFocusedAsync();
        Assert.That(await offline.EvaluateAsync<bool>("link => link.old === true"), Is.False, "it is another element");
        Assert.That(visitor.Complaints, Is.Empty);
    }

    private async Task<Visitor> SignedInAsync()
    {
        var visitor = await _browser.VisitAsync(_stage.Relay.Address, new Look());
        await visitor.SignInAsync(await _stage.Relay.AddUserAsync(_stage.Merchant, Roles.Operator));
        await Expect(visitor.Page).ToHaveURLAsync(new Regex($"/m/{_stage.Merchant}/"));
        return visitor;
    }
}
