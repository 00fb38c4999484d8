using System.Text.Json;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class PresenceEventTests : CloudFixture
{
    // The watcher sees more than the relay may; terminals have what AWS would let them do.
    protected override LocalCloudPolicies Policies => new() { Relay = LocalCloudPolicies.AllowEverything.Relay };

    private RawClient _watcher = null!;

    [SetUp]
    public async Task WatchAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        _watcher = await ConnectAsync(Relay, deadline.Token, configure: connect => connect with { KeepAlive = 1200 });
        foreach (string filter in (string[])["$aws/events/presence/+/NL000123", "$aws/events/presence/+/NL000999", "$aws/events/subscriptions/+/NL000123"])
            await _watcher.SubscribeAsync(filter, deadline.Token);
    }

    [Test]
    public async Task A_connection_is_announced_with_all_of_AWSs_fields(CancellationToken cancellationToken)
    {
        var certificate = Cloud.Server.IssueDeviceCertificate(Terminal);
        var terminal = await Cloud.OpenAsync(certificate, cancellationToken);
        await terminal.ConnectAsync(new ConnectPacket { Version = MqttProtocolVersion.V311, ClientIdentifier = Terminal }, cancellationToken);

        var (topic, connected) = await NextAsync(cancellationToken);

        Assert.That(topic, Is.EqualTo("$aws/events/presence/connected/NL000123"));
        Assert.That(connected.EnumerateObject().Select(property => property.Name), Is.EquivalentTo(new[]
        {
            "clientId", "timestamp", "eventType", "sessionIdentifier", "principalIdentifier", "ipAddress", "versionNumber",
        }));
        Assert.That(connected.GetProperty("clientId").GetString(), Is.EqualTo(Terminal));
        Assert.That(connected.GetProperty("timestamp").GetInt64(), Is.EqualTo(Time.GetUtcNow().ToUnixTimeMilliseconds()));
        Assert.That(connected.GetProperty("eventType").GetString(), Is.EqualTo("connected"));
        Assert.That(connected.GetProperty("sessionIdentifier").GetString(), Does.Match("^[0-9a-f]{32}$"));
        Assert.That(connected.GetProperty("principalIdentifier").GetString(), Is.EqualTo(certificate.CertificateId).And.Match("^[0-9a-f]{64}$"));
        Assert.That(connected.GetProperty("ipAddress").GetString(), Is.EqualTo("127.0.0.1"));
        Assert.That(connected.GetProperty("versionNumber").GetInt64(), Is.Zero);
    }

    [Test]
    public async Task A_disconnection_shares_session_and_version_with_its_connection(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        var (_, connected) = await NextAsync(cancellationToken);

        await terminal.DisconnectAsync(cancellationToken);
        var (topic, disconnected) = await NextAsync(cancellationToken);

        Assert.That(topic, Is.EqualTo("$aws/events/presence/disconnected/NL000123"));
        Assert.That(disconnected.EnumerateObject().Select(property => property.Name), Is.EquivalentTo(new[]
        {
            "clientId", "timestamp", "eventType", "clientInitiatedDisconnect", "disconnectReason", "sessionIdentifier", "principalIdentifier", "versionNumber",
        }));
        Assert.That(disconnected.GetProperty("clientInitiatedDisconnect").GetBoolean(), Is.True);
        Assert.That(disconnected.GetProperty("disconnectReason").GetString(), Is.EqualTo("CLIENT_INITIATED_DISCONNECT"));
        foreach (string same in (string[])["sessionIdentifier", "versionNumber", "principalIdentifier"])
            Assert.That(disconnected.GetProperty(same).ToString(), Is.EqualTo(connected.GetProperty(same).ToString()));
    }

    [Test]
    public async Task A_takeover_is_a_disconnection_and_a_connection_with_the_next_version(CancellationToken cancellationToken)
    {
        await ConnectAsync(Terminal, cancellationToken);
        var (_, first) = await NextAsync(cancellationToken);
        await ConnectAsync(Terminal, cancellationToken);

        var (_, disconnected) = await NextAsync(cancellationToken);
        var (_, second) = await NextAsync(cancellationToken);

        Assert.That(disconnected.GetProperty("disconnectReason").GetString(), Is.EqualTo("DUPLICATE_CLIENTID"));
        Assert.That(disconnected.GetProperty("clientInitiatedDisconnect").GetBoolean(), Is.False);
        Assert.That(disconnected.GetProperty("sessionIdentifier").GetString(), Is.EqualTo(first.GetProperty("sessionIdentifier").GetString()));
        Assert.That(disconnected.GetProperty("versionNumber").GetInt64(), Is.Zero);
        Assert.That(second.GetProperty("versionNumber").GetInt64(), Is.EqualTo(1));
        Assert.That(second.GetProperty("sessionIdentifier").GetString(), Is.Not.EqualTo(first.GetProperty("sessionIdentifier").GetString()));
    }

    [Test]
    public async Task The_version_starts_again_after_an_hour_offline(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        await terminal.DisconnectAsync(cancellationToken);
        await NextAsync(cancellationToken);
        await NextAsync(cancellationToken);

        Time.Advance(TimeSpan.FromMinutes(20));
        await _watcher.PingAsync(cancellationToken);
        await ConnectAsync(Terminal, cancellationToken);
        var (_, soon) = await NextAsync(cancellationToken);
        Control.Cut(Terminal);
        await NextAsync(cancellationToken);
        for (int i = 0; i < 3; i++)
        {
            Time.Advance(TimeSpan.FromMinutes(20) + TimeSpan.FromSeconds(1));
            await _watcher.PingAsync(cancellationToken);
        }
        await ConnectAsync(Terminal, cancellationToken);
        var (_, late) = await NextAsync(cancellationToken);

        Assert.That(soon.GetProperty("versionNumber").GetInt64(), Is.EqualTo(1));
        Assert.That(late.GetProperty("versionNumber").GetInt64(), Is.Zero);
    }

    private static IEnumerable<TestCaseData<Action<PresenceEventTests, RawClient>, string>> Endings =>
    [
        new((_, terminal) => terminal.Abort(), "CONNECTION_LOST") { TestName = "Lost connection" },
        new((test, _) => test.Control.Cut(Terminal), "CONNECTION_LOST") { TestName = "Cut connection" },
        new((test, _) => test.Control.Disconnect(Terminal), "API_INITIATED_DISCONNECT") { TestName = "Disconnected by the API" },
        new((test, _) => test.Time.Advance(TimeSpan.FromSeconds(91)), "MQTT_KEEP_ALIVE_TIMEOUT") { TestName = "Silent client" },
        new((_, terminal) => terminal.Send([0xFF, 0x00]), "CLIENT_ERROR") { TestName = "Malformed packet" },
        new((_, terminal) => terminal.Send([0x30, 0x04, 0x00, 0x01, (byte)'a', 0x00]), "AUTH_ERROR") { TestName = "Publish that is not allowed" },
    ];

    [TestCaseSource(nameof(Endings))]
    public async Task A_disconnection_tells_its_reason(Action<PresenceEventTests, RawClient> end, string reason)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var terminal = await ConnectAsync(Terminal, deadline.Token);
        await NextAsync(deadline.Token);

        end(this, terminal);
        var (_, disconnected) = await NextAsync(deadline.Token);

        Assert.That(disconnected.GetProperty("disconnectReason").GetString(), Is.EqualTo(reason));
        Assert.That(disconnected.GetProperty("clientInitiatedDisconnect").GetBoolean(), Is.False);
    }

    [Test]
    public async Task A_refused_client_is_announced(CancellationToken cancellationToken)
    {
        var client = await Cloud.OpenAsync(Terminal, cancellationToken);
        await client.ConnectAsync(new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = "NL000999" }, cancellationToken);

        var (topic, failed) = await NextAsync(cancellationToken);

        Assert.That(topic, Is.EqualTo("$aws/events/presence/connect_failed/NL000999"));
        Assert.That(failed.EnumerateObject().Select(property => property.Name), Is.EquivalentTo(new[]
        {
            "clientId", "timestamp", "eventType", "connectFailureReason", "sessionIdentifier", "principalIdentifier", "ipAddress",
        }));
        Assert.That(failed.GetProperty("eventType").GetString(), Is.EqualTo("connect_failed"));
        Assert.That(failed.GetProperty("connectFailureReason").GetString(), Is.EqualTo("AUTHORIZATION_FAILED"));
        Assert.That(failed.GetProperty("ipAddress").GetString(), Is.EqualTo("127.0.0.1"));
    }

    [Test]
    public async Task Subscribing_and_unsubscribing_are_announced_with_the_topics(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        await NextAsync(cancellationToken);

        await terminal.SubscribeAsync(
            cancellationToken, new MqttSubscription(KickTopic, MqttQualityOfService.AtLeastOnce), new MqttSubscription("#", MqttQualityOfService.AtLeastOnce));
        var (subscribedTopic, subscribed) = await NextAsync(cancellationToken);
        await terminal.SendAsync(new UnsubscribePacket { PacketIdentifier = 9, TopicFilters = [KickTopic, "never"] }.Encode, cancellationToken);
        var (unsubscribedTopic, unsubscribed) = await NextAsync(cancellationToken);

        Assert.That(subscribedTopic, Is.EqualTo("$aws/events/subscriptions/subscribed/NL000123"));
        Assert.That(unsubscribedTopic, Is.EqualTo("$aws/events/subscriptions/unsubscribed/NL000123"));
        foreach (var @event in (JsonElement[])[subscribed, unsubscribed])
            Assert.That(@event.GetProperty("topics").EnumerateArray().Select(topic => topic.GetString()), Is.EqualTo(new[] { KickTopic }));
    }

    [Test]
    public async Task Events_of_subscriptions_have_all_of_AWSs_fields(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        var (_, connected) = await NextAsync(cancellationToken);

        await terminal.SubscribeAsync(KickTopic, cancellationToken);
        var (_, subscribed) = await NextAsync(cancellationToken);

        Assert.That(subscribed.EnumerateObject().Select(property => property.Name), Is.EquivalentTo(new[]
        {
            "clientId", "timestamp", "eventType", "sessionIdentifier", "principalIdentifier", "topics",
        }));
        foreach (string same in (string[])["clientId", "sessionIdentifier", "principalIdentifier"])
            Assert.That(subscribed.GetProperty(same).GetString(), Is.EqualTo(connected.GetProperty(same).GetString()));
    }

    [Test]
    public async Task The_thing_is_named_when_the_certificate_is_its_alone(CancellationToken cancellationToken)
    {
        var certificate = Cloud.Server.IssueDeviceCertificate(Terminal);
        var connect = new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = Terminal };
        var first = await Cloud.OpenAsync(certificate, cancellationToken);
        await first.ConnectAsync(connect, cancellationToken);
        var (_, shared) = await NextAsync(cancellationToken);
        var registry = Cloud.Server.Registry;
        registry.AttachThingPrincipal(Terminal, registry.DescribeCertificate(certificate.CertificateId).CertificateArn, exclusive: true);

        var second = await Cloud.OpenAsync(certificate, cancellationToken);
        await second.ConnectAsync(connect, cancellationToken);
        await NextAsync(cancellationToken); // the first is taken over
        var (_, exclusive) = await NextAsync(cancellationToken);

        Assert.That(shared.TryGetProperty("thingName", out _), Is.False);
        Assert.That(exclusive.GetProperty("thingName").GetString(), Is.EqualTo(Terminal));
    }

    [TestCase("relay-+")]
    [TestCase("relay-#")]
    public async Task Client_ids_with_wildcards_have_no_events(string clientId, CancellationToken cancellationToken)
    {
        await _watcher.SubscribeAsync("$aws/events/#", cancellationToken);
        await _watcher.ReceiveMessageAsync(cancellationToken); // of this subscription

        var client = await ConnectAsync(clientId, cancellationToken);
        await client.SubscribeAsync("a", cancellationToken);
        Control.Disconnect(clientId);
        await Control.WaitForDisconnectedAsync(clientId, cancellationToken);

        await _watcher.ExpectNothingAsync(cancellationToken);
    }

    [Test]
    public async Task Only_those_whom_policies_allow_hear_of_others(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);

        var codes = await terminal.SubscribeAsync("$aws/events/presence/connected/NL000999", cancellationToken);

        Assert.That(codes, Is.EqualTo(new[] { MqttReasonCode.NotAuthorized }));
    }

    private async Task<(string Topic, JsonElement Event)> NextAsync(CancellationToken cancellationToken)
    {
        var message = await _watcher.ReceiveMessageAsync(cancellationToken);
        return (message.Topic, JsonDocument.Parse(message.Payload).RootElement);
    }
}
