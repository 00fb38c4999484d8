using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using CloudKick.Faults.Proxying;
using CloudKick.LocalCloud;
using CloudKick.Terminal;
using CloudKick.Testing;

namespace CloudKick.EndToEnd.Tests;

/// <summary>The other ways to the terminal, and how they stand in for each other.</summary>
[CancelAfter(120_000)]
internal sealed class TransportTests
{
    private const string Transport = "CloudKick:Publishing:Transport";

    [TestCase("Certificate")]
    [TestCase("SigV4")]
    public async Task Https_publishes_with_the_relays_certificate_or_its_credentials(string authentication, CancellationToken cancellationToken)
    {
        await using var stage = await StartAsync("Https", cancellationToken, ("CloudKick:Publishing:Authentication", authentication));
        var terminal = await stage.StartTerminalAsync(cancellationToken: cancellationToken);

        var (_, kick) = await stage.PostAsync(KickStage.Kick(terminal), wait: 20, cancellationToken: cancellationToken);

        Assert.That((string?)kick["state"], Is.EqualTo("connected"), kick.ToJsonString());
        Assert.That(Step(kick, "published"), Is.EqualTo("done"));
        var published = stage.PublishedTo(terminal).Single();
        Assert.That(published.ClientId, Does.Not.StartWith("relay-"), "not over MQTT");
        Assert.That(published.Message.MessageExpiryInterval, Is.InRange(1, 30));
        Assert.That(published.Message.ContentType, Is.EqualTo("application/json"));
        Assert.That(published.Message.ResponseTopic, Is.EqualTo($"NL-CAT/{terminal}/ack"));
    }

    [Test]
    public async Task Direct_knows_that_the_terminal_has_the_kick(CancellationToken cancellationToken)
    {
        await using var stage = await StartAsync("Direct", cancellationToken);
        var terminal = await stage.StartTerminalAsync(TerminalBehaviour.OldFirmware, cancellationToken: cancellationToken);

        var (_, kick) = await stage.PostAsync(KickStage.Kick(terminal), wait: 20, cancellationToken: cancellationToken);

        Assert.That((string?)kick["state"], Is.EqualTo("connected"), kick.ToJsonString());
        Assert.That(Step(kick, "delivered"), Is.EqualTo("done"), "though this firmware does not answer on a topic");
    }

    [Test]
    public async Task Direct_knows_that_the_terminal_is_offline(CancellationToken cancellationToken)
    {
        await using var stage = await StartAsync("Direct", cancellationToken);
        var terminal = await stage.RegisterTerminalAsync();

        var (status, kick) = await stage.PostAsync(KickStage.Kick(terminal), wait: 20, cancellationToken: cancellationToken);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((string?)kick["state"], Is.EqualTo("failed"));
        Assert.That((string?)kick["failureCode"], Is.EqualTo("terminal-offline"));
        Assert.That((string?)kick["brokerOutcome"], Is.EqualTo("never_sent"));
        Assert.That((string?)kick["advice"], Does.Contain("not connected"));
    }

    [Test]
    public async Task Direct_tries_on_when_asked_to_until_the_terminal_is_there(CancellationToken cancellationToken)
    {
        await using var stage = await StartAsync("Direct", cancellationToken);
        var terminal = await stage.RegisterTerminalAsync();
        var request = KickStage.Kick(terminal);
        request["onOffline"] = "try";

        var (status, accepted) = await stage.PostAsync(request, cancellationToken: cancellationToken);
        await stage.PlayAsync(terminal, cancellationToken: cancellationToken);
        var kick = await stage.GetKickAsync((string)accepted["id"]!, wait: 20, cancellationToken);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That((string?)kick["state"], Is.EqualTo("connected"), kick.ToJsonString());
    }

    [Test]
    public async Task Direct_does_not_know_what_became_of_a_kick_that_is_not_confirmed_and_the_terminal_takes_it_once(CancellationToken cancellationToken)
    {
        await using var stage = await StartAsync("Direct", cancellationToken);
        var terminal = await stage.StartTerminalAsync(cancellationToken: cancellationToken);
        stage.Cloud.Control.Order(new CloudFault(CloudFaultKind.Freeze, terminal));

        var (status, accepted) = await stage.PostAsync(KickStage.Kick(terminal), cancellationToken: cancellationToken);
        stage.Cloud.Control.Thaw();
        var kick = await stage.GetKickAsync((string)accepted["id"]!, wait: 20, cancellationToken);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That(((string?)accepted["state"], (string?)accepted["brokerOutcome"]), Is.EqualTo(("accepted", "unknown")));
        Assert.That((string?)kick["state"], Is.EqualTo("connected"), kick.ToJsonString());
        Assert.That(Sessions(stage), Is.EqualTo(1));
    }

    [Test]
    public async Task Auto_repeats_over_https_what_MQTT_did_not_acknowledge_and_the_terminal_takes_it_once(CancellationToken cancellationToken)
    {
        await using var stage = await StartAsync("Auto", cancellationToken, ("CloudKick:Mqtt:Connections", "1"));
        // Slow, so that the second message comes before the session that the first one leads to.
        var terminal = await stage.StartTerminalAsync(TerminalBehaviour.Slow, delay: TimeSpan.FromSeconds(12), cancellationToken: cancellationToken);
        stage.Cloud.Control.Order(new CloudFault(CloudFaultKind.Drop, "relay-*"));

        var (_, accepted) = await stage.PostAsync(KickStage.Kick(terminal), cancellationToken: cancellationToken);
        await stage.Cloud.Control.WaitForPublishedAsync("NL-CAT/" + terminal, 2, cancellationToken);
        var kick = await Eventually.HoldsAsync(
            () => stage.GetKickAsync((string)accepted["id"]!, wait: 20, cancellationToken), kick => kick["endedAt"] is not null, cancellationToken);

        Assert.That((string?)kick["state"], Is.EqualTo("connected"), kick.ToJsonString());
        Assert.That(stage.PublishedTo(terminal).Select(publish => publish.ClientId.Length > 0), Is.EqualTo(new[] { true, false }), "over MQTT, then over HTTPS");
        Assert.That(stage.PublishedTo(terminal).Select(publish => (string?)JsonNode.Parse(publish.Message.Payload.Span)!["kick"]).Distinct().Count(), Is.EqualTo(1));
        Assert.That(Sessions(stage), Is.EqualTo(1));
    }

    [Test]
    public async Task Auto_goes_over_https_while_MQTT_is_down_and_comes_back_by_itself(CancellationToken cancellationToken)
    {
        await using var way = new FaultProxy();
        await using var stage = await StartAsync(
            "Auto", cancellationToken, ("CloudKick:Mqtt:Port", way.Endpoint.Port.ToString(CultureInfo.InvariantCulture)));
        var terminals = new[] { await stage.StartTerminalAsync(cancellationToken: cancellationToken), await stage.StartTerminalAsync(cancellationToken: cancellationToken) };

        var (_, first) = await stage.PostAsync(KickStage.Kick(terminals[0]), wait: 20, cancellationToken: cancellationToken);
        var whileDown = await HealthAsync(stage, cancellationToken);
        way.Backends = [new IPEndPoint(IPAddress.Loopback, stage.Cloud.Port)];
        await Eventually.HoldsAsync(() => HealthAsync(stage, cancellationToken), health => (string?)health["status"] == "ok", cancellationToken);
        var (_, second) = await stage.PostAsync(KickStage.Kick(terminals[1]), wait: 20, cancellationToken: cancellationToken);

        Assert.That((string?)first["state"], Is.EqualTo("connected"), first.ToJsonString());
        Assert.That((string?)second["state"], Is.EqualTo("connected"), second.ToJsonString());
        Assert.That((string?)whileDown["status"], Is.EqualTo("degraded"));
        Assert.That(stage.PublishedTo(terminals[0]).Single().ClientId, Does.Not.StartWith("relay-"));
        Assert.That(stage.PublishedTo(terminals[1]).Single().ClientId, Does.StartWith("relay-"));
    }

    [Test]
    public async Task Auto_sends_over_https_what_the_full_pool_cannot_take(CancellationToken cancellationToken)
    {
        const int kicks = 60;
        await using var stage = await StartAsync(
            "Auto", cancellationToken, ("CloudKick:Mqtt:Connections", "1"), ("CloudKick:Mqtt:MessagesPerSecond", "10"));
        var terminals = await Task.WhenAll(Enumerable.Range(0, kicks).Select(_ => stage.RegisterTerminalAsync()));

        var answers = await Task.WhenAll(terminals.Select(terminal => stage.PostAsync(KickStage.Kick(terminal), cancellationToken: cancellationToken)));

        // The last of so many at once may be answered before they have left.
        await Task.WhenAll(terminals.Select(terminal => stage.WaitForPublishedToAsync(terminal, cancellationToken)));

        Assert.That(answers.Select(answer => answer.Status), Is.All.AnyOf(HttpStatusCode.Created, HttpStatusCode.Accepted));
        var ways = terminals.SelectMany(stage.PublishedTo).ToLookup(published => published.ClientId.StartsWith("relay-", StringComparison.Ordinal));
        Assert.That(ways[true].Count() + ways[false].Count(), Is.EqualTo(kicks), "each of them once");
        Assert.That(ways[true], Is.Not.Empty);
        Assert.That(ways[false], Is.Not.Empty);
    }

    private static Task<KickStage> StartAsync(string transport, CancellationToken cancellationToken, params (string Name, string Value)[] settings)
    {
        var all = settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value);
        all[Transport] = transport;
        return KickStage.StartAsync(all, cancellationToken: cancellationToken);
    }

    private static async Task<JsonNode> HealthAsync(KickStage stage, CancellationToken cancellationToken)
    {
        var health = JsonNode.Parse(await stage.Client.GetStringAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken))!;
        return health["checks"]!["transport"]!;
    }

    private static int Sessions(KickStage stage) => stage.History.Snapshot().OfType<TerminalEvent.SessionOpened>().Count();

    private static string? Step(JsonObject kick, string step) =>
        (string?)kick["ladder"]!.AsArray().Single(rung => (string?)rung!["step"] == step)!["status"];
}
