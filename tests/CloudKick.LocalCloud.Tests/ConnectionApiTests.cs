using System.Net;
using CloudKick.Mqtt;

namespace CloudKick.LocalCloud.Tests;

/// <summary>AWS's GetConnection, DeleteConnection and ListSubscriptions.</summary>
[CancelAfter(60_000)]
internal sealed class ConnectionApiTests : CloudFixture
{
    [Test]
    public async Task A_connection_is_described_while_it_lasts(CancellationToken cancellationToken)
    {
        await ConnectAsync(Terminal, cancellationToken, configure: connect => connect with { CleanStart = false, SessionExpiryInterval = 600 });
        using var relay = ApiClient.Signed(Cloud);

        var answer = await relay.GetAsync("/connections/NL000123", cancellationToken);
        var withSockets = await relay.GetAsync("/connections/NL000123?includeSocketInformation=true", cancellationToken);

        Assert.That(answer.Body.ToString(), Is.EqualTo(
            $$"""{"clientId":"NL000123","connected":true,"thingName":"NL000123","cleanSession":false,"keepAliveDuration":60,"connectedSince":{{Now}},"sessionExpiry":600}"""));
        Assert.That((withSockets.Text("sourceIp"), withSockets.Text("targetIp"), withSockets.Body?.GetProperty("targetPort").GetInt32()),
            Is.EqualTo(("127.0.0.1", "127.0.0.1", (int?)Cloud.Server.Port)));
    }

    [Test]
    public async Task And_for_half_an_hour_after_it(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        await terminal.DisconnectAsync(cancellationToken);
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);
        long disconnected = Now;
        using var relay = ApiClient.Signed(Cloud);

        Time.Advance(TimeSpan.FromMinutes(29));
        var within = await relay.GetAsync("/connections/NL000123", cancellationToken);
        Time.Advance(TimeSpan.FromMinutes(1));
        var after = await relay.GetAsync("/connections/NL000123", cancellationToken);

        Assert.That(within.Body.ToString(), Is.EqualTo(
            $$"""{"clientId":"NL000123","connected":false,"thingName":"NL000123","cleanSession":true,"keepAliveDuration":60,"disconnectedSince":{{disconnected}},"disconnectReason":"CLIENT_INITIATED_DISCONNECT","sessionExpiry":0}"""));
        Assert.That((after.Status, after.ErrorType), Is.EqualTo((HttpStatusCode.NotFound, "ResourceNotFoundException:")));
    }

    [Test]
    public async Task Deleting_disconnects_and_the_client_may_return_to_its_session(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken, configure: connect => connect with { SessionExpiryInterval = 600 });
        await terminal.SubscribeAsync(KickTopic, cancellationToken);
        using var relay = ApiClient.Signed(Cloud);

        var deleted = await relay.SendAsync(HttpMethod.Delete, "/connections/NL000123", [], cancellationToken);
        var again = await relay.SendAsync(HttpMethod.Delete, "/connections/NL000123", [], cancellationToken);
        var state = await relay.GetAsync("/connections/NL000123", cancellationToken);
        await terminal.ExpectClosedAsync(MqttReasonCode.AdministrativeAction, cancellationToken);

        Assert.That((deleted.Status, deleted.Body), Is.EqualTo((HttpStatusCode.OK, (System.Text.Json.JsonElement?)null)));
        Assert.That(again.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(state.Text("disconnectReason"), Is.EqualTo("API_INITIATED_DISCONNECT"));
        Assert.That(Control.IsSubscribed(Terminal, KickTopic), Is.True);
        await ConnectAsync(Terminal, cancellationToken);
    }

    [Test]
    public async Task Deleting_can_take_the_session_and_the_will_with_it([Values] bool both, CancellationToken cancellationToken)
    {
        var will = new MqttWill(Message(AckTopic, "gone"));
        await ConnectAsync(Terminal, cancellationToken, configure: connect => connect with { SessionExpiryInterval = 600, Will = will });
        using var relay = ApiClient.Signed(Cloud);

        await relay.SendAsync(HttpMethod.Delete, $"/connections/NL000123?cleanSession={both}&preventWillMessage={both}", [], cancellationToken);

        Assert.That((await relay.GetAsync("/connections/NL000123/subscriptions", cancellationToken)).Status, Is.EqualTo(both ? HttpStatusCode.NotFound : HttpStatusCode.OK));
        Assert.That(Control.PublishedTo(AckTopic), Is.EqualTo(both ? 0 : 1));
    }

    [Test]
    public async Task Subscriptions_are_listed_in_pages_also_those_of_a_session_without_connection(CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(Relay, cancellationToken, configure: connect => connect with { SessionExpiryInterval = 600 });
        await client.SubscribeAsync(cancellationToken, [.. Enumerable.Range(10, 8).Select(i => new MqttSubscription($"t/{i}", MqttQualityOfService.AtMostOnce))]);
        await client.SubscribeAsync("$share/cloudkick/NL-CAT/+/ack", cancellationToken);
        await client.DisconnectAsync(cancellationToken);
        await Control.WaitForDisconnectedAsync(Relay, cancellationToken);
        using var relay = ApiClient.Signed(Cloud);

        var first = await relay.GetAsync($"/connections/{Relay}/subscriptions?maxResults=8", cancellationToken);
        var second = await relay.GetAsync($"/connections/{Relay}/subscriptions?maxResults=8&nextToken={first.Text("nextToken")}", cancellationToken);

        Assert.That(first.Body?.GetProperty("subscriptions").GetArrayLength(), Is.EqualTo(8));
        Assert.That(first.Body?.GetProperty("subscriptions")[0].GetProperty("topicFilter").GetString(), Is.EqualTo("$share/cloudkick/NL-CAT/+/ack"));
        Assert.That(second.Body.ToString(), Is.EqualTo("""{"subscriptions":[{"topicFilter":"t/17","qos":0}]}"""));
    }

    private long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();
}
