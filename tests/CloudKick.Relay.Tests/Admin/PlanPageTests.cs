using System.Net;
using CloudKick.Relay.Tests.Kicks;
using CloudKick.Relay.Users;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Admin;

/// <summary>The page of a merchant's way from Cloud Connect 1.0 to 2.0.</summary>
[CancelAfter(120_000)]
internal sealed class PlanPageTests
{
    private KickWorld _world = null!;
    private RelayHost _relay = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _world = await KickWorld.CreateAsync();
        _relay = await RelayHost.StartAsync(_world.Database);
        await _world.AddTerminalAsync(_world.Bakery, "PLAN1", connectMode: "1.0");
        await _world.AddTerminalAsync(_world.Bakery, "PLAN2", connectMode: "both");
        await _world.AddTerminalAsync(_world.Bakery, "PLAN3");
        await _world.AddTerminalAsync(_world.Butcher, "MEAT1", connectMode: "1.0");
        await _world.ExecuteAsync("update terminals set firmware_version = '14.0.10.7' where terminal_id = 'PLAN1'");
        await _world.ExecuteAsync("update terminals set firmware_version = '14.0.11.01' where terminal_id = 'PLAN2'");
        foreach (var terminal in new[] { KickWorld.OfBakery, "PLAN3" })
            await _world.PresenceAsync(terminal, connected: true, version: 1);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Test]
    public async Task A_merchants_admin_sees_the_steps_and_their_own_terminals_that_are_not_done(CancellationToken cancellationToken)
    {
        using var admin = await _relay.SignInAsync(_world.Bakery, Roles.Admin, cancellationToken);

        var page = await admin.OpenAsync($"/m/{_world.Bakery}/plan", cancellationToken);

        Assert.That(page.Text, Does.Contain("2 of 4 terminals are not done").And.Contain("4 terminals, 2 of them not on Cloud Connect 2.0 alone"));
        Assert.That(page.Text, Does.Contain("Firmware 14.0.10.7 is older than 14.0.11.01").And.Contain("PLAN2"));
        Assert.That(page.Text, Does.Not.Contain("PLAN3").And.Not.Contain("MEAT1"));
        Assert.That(page.Html, Does.Contain($"href=\"/m/{_world.Bakery}/terminals/PLAN1\"").And.Contain("<code>cloudkick doctor terminal</code>").And.Not.Contain("`"));
    }

    [Test]
    public async Task The_terminals_of_one_step_are_shown_alone(CancellationToken cancellationToken)
    {
        using var viewer = await _relay.SignInAsync(_world.Bakery, Roles.Viewer, cancellationToken);

        var page = await viewer.OpenAsync($"/m/{_world.Bakery}/plan?step=firmware", cancellationToken);

        Assert.That(page.Text, Does.Contain("Terminals at the step “Firmware with Cloud Connect 2.0”").And.Contain("PLAN1").And.Not.Contain("PLAN2"));
    }

    [TestCase("nl", "2 van 4 betaalterminals zijn nog niet klaar", "nu te doen")]
    [TestCase("fr", "terminaux", "à faire maintenant")]
    [TestCase("de", "Terminals", "jetzt zu tun")]
    public async Task The_platform_sees_anybodys_in_its_language(string language, string summary, string status, CancellationToken cancellationToken)
    {
        using var support = await _relay.SignInAsync(null, Roles.PlatformSupport, cancellationToken);
        support.Language = language;

        var page = await support.OpenAsync($"/m/{_world.Bakery}/plan", cancellationToken);

        Assert.That(page.Text, Does.Contain(summary).And.Contain(status).And.Not.Contain("Plan."));
    }

    [Test]
    public async Task To_another_merchants_people_there_is_no_plan(CancellationToken cancellationToken)
    {
        using var butcher = await _relay.SignInAsync(_world.Butcher, Roles.Admin, cancellationToken);

        Assert.That((await butcher.OpenAsync($"/m/{_world.Bakery}/plan", cancellationToken)).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }
}
