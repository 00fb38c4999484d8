using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

/// <summary>
/// The policies that Terraform renders, as LocalCloud enforces them: a terminal keeps to itself, the relay does what it needs
/// and no more, a claim can only provision.
/// </summary>
[CancelAfter(60_000)]
internal sealed class AuthorizationTests : CloudFixture
{
    private const string OthersTopic = "NL-CAT/NL000999";

    protected override LocalCloudPolicies Policies => new();

    [TestCase("NL000123", "NL000999")]
    [TestCase("NL000123", "relay-a-1")]
    [TestCase("NL000123", "claim-1")]
    [TestCase("NL000123", "nl000123")]
    [TestCase("relay", "NL000123")]
    [TestCase("relay", "relay")]
    [TestCase("relay", "claim-1")]
    [TestCase("claim", "NL000123")]
    [TestCase("claim", "claim")]
    [TestCase("claim", "relay-a-1")]
    public async Task A_certificate_is_good_for_its_own_client_ids_only(string thingName, string clientId, CancellationToken cancellationToken)
    {
        var v5 = await Cloud.OpenAsync(thingName, cancellationToken);
        var answer = await v5.ConnectAsync(new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = clientId }, cancellationToken);
        var v311 = await Cloud.OpenAsync(thingName, cancellationToken);
        await v311.SendAsync(new ConnectPacket { Version = MqttProtocolVersion.V311, ClientIdentifier = clientId }.Encode, cancellationToken);

        Assert.That(answer.ReasonCode, Is.EqualTo(MqttReasonCode.NotAuthorized));
        await v5.ExpectClosedAsync(null, cancellationToken);
        await v311.ExpectClosedAsync(null, cancellationToken); // without CONNACK
    }

    [TestCase(KickTopic, true)]
    [TestCase("BE-CAT/NL000123", true)]
    [TestCase("NL-CAT", true)] // a topic that all share
    [TestCase("XX-CAT/NL000123", false)]
    [TestCase(OthersTopic, false)]
    [TestCase(AckTopic, false)]
    [TestCase("#", false)]
    [TestCase("+", false)]
    [TestCase("NL-CAT/+", false)]
    [TestCase("NL-CAT/#", false)]
    [TestCase("NL-CAT/NL000123/#", false)]
    [TestCase("$aws/events/presence/connected/NL000999", false)]
    [TestCase("$share/g/NL-CAT/NL000123", false)]
    [TestCase("$share/cloudkick/NL-CAT/+/ack", false)]
    public async Task A_terminal_subscribes_to_its_own_topics_only(string filter, bool allowed, CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);

        var codes = await terminal.SubscribeAsync(filter, cancellationToken);

        Assert.That(codes, Is.EqualTo(new[] { allowed ? MqttReasonCode.GrantedQoS1 : MqttReasonCode.NotAuthorized }));
    }

    [Test]
    public async Task A_3_1_1_terminal_that_subscribes_to_anothers_topic_is_closed(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken, MqttProtocolVersion.V311);

        await terminal.SendAsync(
            new SubscribePacket { PacketIdentifier = 1, Subscriptions = [new MqttSubscription(OthersTopic, MqttQualityOfService.AtLeastOnce)] }, cancellationToken);

        await terminal.ExpectClosedAsync(null, cancellationToken);
    }

    [TestCase(AckTopic, true)]
    [TestCase("NL-CAT/ack", true)] // the answer to a kick on a shared topic
    [TestCase("NL-CAT/NL000123/status", false)]
    [TestCase(KickTopic, false)]
    [TestCase(OthersTopic, false)]
    [TestCase("NL-CAT/NL000999/ack", false)]
    [TestCase("NL-CAT", false)]
    public async Task A_terminal_publishes_its_answers_only(string topic, bool allowed, CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);

        var code = await terminal.PublishAsync(topic, "x", cancellationToken);

        Assert.That(code, Is.EqualTo(allowed ? MqttReasonCode.Success : MqttReasonCode.NotAuthorized));
        Assert.That(Control.PublishedTo(topic), Is.EqualTo(allowed ? 1 : 0));
    }

    [TestCase("NL-CAT/NL000123", true)]
    [TestCase("BE-CAT", true)]
    [TestCase("XX-CAT/NL000123", false)]
    [TestCase("NL-CATS/NL000123", false)]
    public async Task The_relay_kicks_on_the_subscription_topics_only(string topic, bool allowed, CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);

        Assert.That(await relay.PublishAsync(topic, "kick", cancellationToken), Is.EqualTo(allowed ? MqttReasonCode.Success : MqttReasonCode.NotAuthorized));
    }

    [TestCase("$share/cloudkick/NL-CAT/+/ack", true)]
    [TestCase("$share/cloudkick/BE-CAT/ack", true)]
    [TestCase("$aws/events/presence/connected/+", true)]
    [TestCase("$aws/events/presence/disconnected/+", true)]
    [TestCase("$aws/events/presence/connect_failed/+", false)]
    [TestCase("$aws/events/subscriptions/subscribed/+", false)]
    [TestCase("NL-CAT/+/ack", false)]
    [TestCase("NL-CAT/#", false)]
    [TestCase("#", false)]
    public async Task The_relay_hears_answers_and_presence_only(string filter, bool allowed, CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);

        var codes = await relay.SubscribeAsync(filter, cancellationToken);

        Assert.That(codes, Is.EqualTo(new[] { allowed ? MqttReasonCode.GrantedQoS1 : MqttReasonCode.NotAuthorized }));
    }

    [Test]
    public async Task The_relays_answers_and_presence_reach_it(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.SubscribeAsync("$share/cloudkick/NL-CAT/+/ack", cancellationToken);
        await relay.SubscribeAsync("$aws/events/presence/connected/+", cancellationToken);

        var terminal = await ConnectAsync(Terminal, cancellationToken);
        var connected = await relay.ReceiveMessageAsync(cancellationToken);
        await terminal.PublishAsync(AckTopic, "here", cancellationToken);
        var answer = await relay.ReceiveMessageAsync(cancellationToken);

        Assert.That(connected.Topic, Is.EqualTo("$aws/events/presence/connected/NL000123"));
        Assert.That(answer.Topic, Is.EqualTo(AckTopic));
    }

    [Test]
    public async Task The_relay_cannot_publish_to_reserved_topics(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);

        await relay.SendAsync(new PublishPacket { Message = Message("$aws/events/presence/connected/NL000123", "{}") }, cancellationToken);

        await relay.ExpectClosedAsync(MqttReasonCode.NotAuthorized, cancellationToken);
    }

    [TestCase("NL000123", true, true, true)]
    [TestCase("relay-a-1", true, false, true)]
    [TestCase("relay-a-1", false, true, false)]
    public async Task Sessions_and_wills_are_allowed_by_connect_attributes(string clientId, bool persistent, bool will, bool allowed, CancellationToken cancellationToken)
    {
        var (_, answer) = await Cloud.TryConnectAsync(
            new ConnectPacket
            {
                Version = MqttProtocolVersion.V5,
                ClientIdentifier = clientId,
                SessionExpiryInterval = persistent ? 600u : null,
                Will = will ? new MqttWill(Message(AckTopic, "gone")) : null,
            },
            cancellationToken);

        Assert.That(answer.ReasonCode, Is.EqualTo(allowed ? MqttReasonCode.Success : MqttReasonCode.NotAuthorized));
    }

    [Test]
    public async Task A_will_that_the_client_may_not_publish_refuses_the_connection(CancellationToken cancellationToken)
    {
        var will = new MqttWill(Message(OthersTopic, "gone"));

        var (_, answer) = await Cloud.TryConnectAsync(
            new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = Terminal, Will = will }, cancellationToken);

        Assert.That(answer.ReasonCode, Is.EqualTo(MqttReasonCode.NotAuthorized));
    }

    [Test]
    public async Task A_publish_that_cannot_be_refused_in_a_PUBACK_disconnects(CancellationToken cancellationToken)
    {
        var v5 = await ConnectAsync(Terminal, cancellationToken);
        await v5.SendAsync(new PublishPacket { Message = Message(OthersTopic, "x") }, cancellationToken);
        await v5.ExpectClosedAsync(MqttReasonCode.NotAuthorized, cancellationToken);

        var v311 = await ConnectAsync(Terminal, cancellationToken, MqttProtocolVersion.V311);
        await v311.SendAsync(
            new PublishPacket { PacketIdentifier = 1, Message = Message(OthersTopic, "x") with { QualityOfService = MqttQualityOfService.AtLeastOnce } }, cancellationToken);
        await v311.ExpectClosedAsync(null, cancellationToken);

        Assert.That(Control.Counters.Refused, Is.EqualTo(2));
    }
}
