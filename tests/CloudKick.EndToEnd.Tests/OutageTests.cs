using System.Net;
using System.Text.Json.Nodes;
using CloudKick.Cli.Local;
using CloudKick.Mqtt;
using CloudKick.Terminal;
using CloudKick.Testing;

namespace CloudKick.EndToEnd.Tests;

/// <summary>The broker or the database is away: what is promised is kept, and what is not done is not said to be done.</summary>
[CancelAfter(180_000)]
internal sealed class OutageTests
{
    [Test]
    public async Task Kick_waits_for_the_broker_and_connects_when_it_is_back(CancellationToken cancellationToken)
    {
        await using var stage = await KickStage.StartAsync(cancellationToken: cancellationToken);
        var terminal = await stage.StartTerminalAsync(cancellationToken: cancellationToken);
        await stage.Cloud.Control.GoDownAsync();
        var request = KickStage.Kick(terminal);
        request["onOffline"] = "try";
        request["ttlSeconds"] = 120;

        var (status, accepted) = await stage.PostAsync(request, cancellationToken: cancellationToken);
        await stage.Cloud.Control.ComeBackAsync(cancellationToken);
        var kick = await WaitUntilFinalAsync(stage, (string)accepted["id"]!, cancellationToken);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That((string?)accepted["state"], Is.EqualTo("accepted"));
        Assert.That((string?)kick["state"], Is.EqualTo("connected"));
        Assert.That(stage.History.Snapshot().OfType<TerminalEvent.SessionOpened>().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Kick_that_the_broker_never_saw_expires_as_never_sent(CancellationToken cancellationToken)
    {
        await using var stage = await KickStage.StartAsync(cancellationToken: cancellationToken);
        var terminal = await stage.RegisterTerminalAsync();
        await stage.Cloud.Control.GoDownAsync();
        await WaitUntilNotReadyAsync(stage, cancellationToken);
        var request = KickStage.Kick(terminal);
        request["ttlSeconds"] = 5;

        var (status, kick) = await stage.PostAsync(request, wait: 20, cancellationToken: cancellationToken);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((string?)kick["state"], Is.EqualTo("expired"));
        Assert.That((string?)kick["brokerOutcome"], Is.EqualTo("never_sent"));
        Assert.That(stage.PublishedTo(terminal), Is.Empty);
    }

    [Test]
    public async Task Unacknowledged_publish_is_unknown_and_published_again_with_the_same_id(CancellationToken cancellationToken)
    {
        await using var stage = await KickStage.StartAsync(cancellationToken: cancellationToken);
        var terminal = await stage.StartTerminalAsync(TerminalBehaviour.Deaf, cancellationToken: cancellationToken);
        stage.Cloud.Control.HoldAcknowledgements();

        var (status, accepted) = await stage.PostAsync(KickStage.Kick(terminal), cancellationToken: cancellationToken);
        await stage.Cloud.Control.WaitForPublishedAsync("NL-CAT/" + terminal, 2, cancellationToken);
        stage.Cloud.Control.ReleaseAcknowledgements();

        Assert.That(status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That((string?)accepted["brokerOutcome"], Is.EqualTo("unknown"));
        Assert.That(
            stage.PublishedTo(terminal).Select(publish => (string?)JsonNode.Parse(publish.Message.Payload.Span)!["kick"]).Distinct(),
            Is.EqualTo(new[] { (string?)accepted["id"] }));
    }

    [Test]
    public async Task Refusal_for_good_ends_the_kick_at_once(CancellationToken cancellationToken)
    {
        await using var stage = await KickStage.StartAsync(cancellationToken: cancellationToken);
        var terminal = await stage.RegisterTerminalAsync();
        stage.Cloud.Control.RefusePublish = publish => publish.Message.Topic.StartsWith("NL-CAT/", StringComparison.Ordinal) ? MqttReasonCode.NotAuthorized : null;

        var (status, kick) = await stage.PostAsync(KickStage.Kick(terminal), wait: 10, cancellationToken: cancellationToken);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((string?)kick["state"], Is.EqualTo("failed"));
        Assert.That((string?)kick["failureCode"], Is.EqualTo("refused-by-cloud"));
        Assert.That((string?)kick["advice"], Does.Contain("policy"));
    }

    [Test]
    public async Task Without_its_database_the_relay_takes_on_nothing_and_publishes_nothing(CancellationToken cancellationToken)
    {
        await using var server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions(), progress: null, cancellationToken);
        var database = await TestDatabase.CreateOnAsync(server, cancellationToken);
        await using var stage = await KickStage.StartAsync(
            RelayHost.NoRateLimits,
            database, cancellationToken: cancellationToken);
        var terminal = await stage.StartTerminalAsync(cancellationToken: cancellationToken);
        await stage.PostAsync(KickStage.Kick("NL999999"), cancellationToken: cancellationToken);

        // In good order: a test server does not wait for its disk, so killed it might forget the terminal.
        await server.StopAsync();
        var (status, problem) = await stage.PostAsync(KickStage.Kick(terminal), idempotencyKey: "during", cancellationToken: cancellationToken);
        Assert.That(status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That((string?)problem["code"], Is.EqualTo("database-unavailable"));
        Assert.That((bool?)problem["retrySafe"], Is.True);
        Assert.That(stage.PublishedTo(terminal), Is.Empty);

        await server.StartAgainAsync(cancellationToken);
        var (_, kick) = await Eventually.HoldsAsync(
            () => stage.PostAsync(KickStage.Kick(terminal), wait: 20, idempotencyKey: "during", cancellationToken: cancellationToken),
            answer => answer.Status != HttpStatusCode.ServiceUnavailable,
            cancellationToken);
        Assert.That((string?)kick["state"], Is.EqualTo("connected"), $"the repeated request is taken on when the database is back: {kick}");
        Assert.That(stage.PublishedTo(terminal), Has.Count.EqualTo(1));
    }

    private static Task<JsonObject> WaitUntilFinalAsync(KickStage stage, string id, CancellationToken cancellationToken) => Eventually.HoldsAsync(
        () => stage.GetKickAsync(id, wait: 20, cancellationToken), kick => kick["endedAt"] is not null, cancellationToken);

    private static Task WaitUntilNotReadyAsync(KickStage stage, CancellationToken cancellationToken) => Eventually.BecomesAsync(
        async () =>
        {
            using var response = await stage.Client.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode;
        },
        false,
        cancellationToken);
}
