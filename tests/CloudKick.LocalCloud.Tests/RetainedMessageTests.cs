using CloudKick.Mqtt;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class RetainedMessageTests : CloudFixture
{
    private const string Topic = "NL-CAT";

    protected override BrokerLimits Limits => new() { MaximumRetainedMessages = 2 };

    [Test]
    public async Task Comes_with_a_new_subscription_marked_as_retained([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        await RetainAsync(Topic, "first", cancellationToken);
        await RetainAsync(Topic, "second", cancellationToken);

        var terminal = await ConnectAsync(Terminal, cancellationToken, version);
        await terminal.SubscribeAsync(Topic, cancellationToken);
        var received = await terminal.ReceiveMessageAsync(cancellationToken);

        Assert.That(Text(received), Is.EqualTo("second"));
        Assert.That(received.Retain, Is.True);
        await terminal.ExpectNothingAsync(cancellationToken);
    }

    [TestCase("#")]
    [TestCase("+")]
    [TestCase("$share/group/NL-CAT")]
    public async Task Never_comes_with_a_wildcard_or_shared_subscription(string filter, CancellationToken cancellationToken)
    {
        await RetainAsync(Topic, "kept", cancellationToken);

        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.SubscribeAsync(filter, cancellationToken);

        await relay.ExpectNothingAsync(cancellationToken);
    }

    [Test]
    public async Task An_empty_payload_deletes_it(CancellationToken cancellationToken)
    {
        await RetainAsync(Topic, "kept", cancellationToken);
        await RetainAsync(Topic, "", cancellationToken);

        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.SubscribeAsync(Topic, cancellationToken);

        await relay.ExpectNothingAsync(cancellationToken);
    }

    [TestCase(false, false)]
    [TestCase(true, true)]
    public async Task A_present_subscriber_sees_the_flag_only_as_published(bool retainAsPublished, bool expected, CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.SubscribeAsync(cancellationToken, new MqttSubscription(Topic, MqttQualityOfService.AtMostOnce) { RetainAsPublished = retainAsPublished });

        await RetainAsync(Topic, "kept", cancellationToken);

        Assert.That((await relay.ReceiveMessageAsync(cancellationToken)).Retain, Is.EqualTo(expected));
    }

    [Test]
    public async Task Retain_handling_is_followed(CancellationToken cancellationToken)
    {
        await RetainAsync(Topic, "kept", cancellationToken);
        var relay = await ConnectAsync(Relay, cancellationToken);

        await relay.SubscribeAsync(cancellationToken, With(MqttRetainHandling.DoNotSend));
        await relay.SubscribeAsync(cancellationToken, With(MqttRetainHandling.SendAtNewSubscribe));
        await relay.ExpectNothingAsync(cancellationToken);
        await relay.SubscribeAsync(cancellationToken, With(MqttRetainHandling.SendAtSubscribe));

        Assert.That(Text(await relay.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("kept"));

        static MqttSubscription With(MqttRetainHandling handling) => new(Topic, MqttQualityOfService.AtLeastOnce) { RetainHandling = handling };
    }

    [Test]
    public async Task Is_gone_when_it_expires(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken, configure: connect => connect with { KeepAlive = 600 });
        await relay.PublishAsync(Message(Topic, "kept") with { Retain = true, MessageExpiryInterval = 30 }, cancellationToken);

        Time.Advance(TimeSpan.FromSeconds(30));
        await relay.SubscribeAsync(Topic, cancellationToken);

        await relay.ExpectNothingAsync(cancellationToken);
    }

    [Test]
    public async Task One_too_many_is_refused(CancellationToken cancellationToken)
    {
        await RetainAsync("a", "kept", cancellationToken);
        await RetainAsync("b", "kept", cancellationToken);

        Assert.That(await RetainAsync("c", "kept", cancellationToken), Is.EqualTo(MqttReasonCode.QuotaExceeded));
        Assert.That(await RetainAsync("a", "replaced", cancellationToken), Is.EqualTo(MqttReasonCode.Success));
    }

    private async Task<MqttReasonCode> RetainAsync(string topic, string payload, CancellationToken cancellationToken)
    {
        var publisher = await ConnectAsync("relay-publisher", cancellationToken);
        return await publisher.PublishAsync(Message(topic, payload) with { Retain = true }, cancellationToken);
    }
}
