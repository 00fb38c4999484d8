using CloudKick.Mqtt;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class WildcardTests : CloudFixture
{
    [TestCase("sensor/#", "sensor/", true)]
    [TestCase("sensor/#", "sensor/a/b", true)]
    [TestCase("sensor/#", "sensor", false)] // the standard says true; AWS differs
    [TestCase("NL-CAT/+/ack", "NL-CAT/NL000123/ack", true)]
    [TestCase("NL-CAT/+/ack", "NL-CAT/NL000123", false)]
    [TestCase("+/+", "/finance", true)]
    [TestCase("+", "/finance", false)]
    [TestCase("#", "any/topic", true)]
    public async Task A_filter_matches_as_on_AWS(string filter, string topic, bool expected, CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        var publisher = await ConnectAsync("relay-publisher", cancellationToken);
        await relay.SubscribeAsync(filter, cancellationToken);

        await publisher.PublishAsync(topic, "x", cancellationToken);

        if (expected) Assert.That((await relay.ReceiveMessageAsync(cancellationToken)).Topic, Is.EqualTo(topic));
        else await relay.ExpectNothingAsync(cancellationToken);
    }

    [TestCase("#")]
    [TestCase("+/events/presence/connected/#")]
    public async Task A_wildcard_in_the_first_level_gets_no_lifecycle_events(string filter, CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.SubscribeAsync(filter, cancellationToken);

        await ConnectAsync(Terminal, cancellationToken);

        await relay.ExpectNothingAsync(cancellationToken);
    }

    [Test]
    public async Task A_client_whose_filters_overlap_gets_a_message_once_with_the_best_quality(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.SubscribeAsync(cancellationToken, new MqttSubscription("a/#", MqttQualityOfService.AtMostOnce));
        await relay.SubscribeAsync(cancellationToken, new MqttSubscription("a/+", MqttQualityOfService.AtLeastOnce));
        var publisher = await ConnectAsync("relay-publisher", cancellationToken);

        await publisher.PublishAsync("a/b", "x", cancellationToken);
        var received = await relay.ReceiveMessageAsync(cancellationToken);

        Assert.That(received.QualityOfService, Is.EqualTo(MqttQualityOfService.AtLeastOnce));
        await relay.ExpectNothingAsync(cancellationToken);
    }

    [Test]
    public async Task No_local_keeps_a_clients_own_messages_from_it(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.SubscribeAsync(cancellationToken, new MqttSubscription("a", MqttQualityOfService.AtLeastOnce) { NoLocal = true });

        await relay.PublishAsync("a", "mine", cancellationToken);
        await relay.ExpectNothingAsync(cancellationToken);
        var other = await ConnectAsync("relay-other", cancellationToken);
        await other.PublishAsync("a", "theirs", cancellationToken);

        Assert.That(Text(await relay.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("theirs"));
    }

    [Test]
    public async Task After_unsubscribing_nothing_comes(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.SubscribeAsync("a/#", cancellationToken);

        await relay.SendAsync(new Mqtt.Packets.UnsubscribePacket { PacketIdentifier = 7, TopicFilters = ["a/#", "never"] }.Encode, cancellationToken);
        var answer = await relay.ReceiveAsync<Mqtt.Packets.UnsubAckPacket>(cancellationToken);
        await relay.PublishAsync("a/b", "x", cancellationToken);

        Assert.That(answer.ReasonCodes, Is.EqualTo(new[] { MqttReasonCode.Success, MqttReasonCode.NoSubscriptionExisted }));
        await relay.ExpectNothingAsync(cancellationToken);
    }
}
