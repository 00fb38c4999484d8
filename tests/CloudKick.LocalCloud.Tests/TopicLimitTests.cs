using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class TopicLimitTests : CloudFixture
{
    private static readonly string LongestTopic = new('é', 128); // 256 bytes of UTF-8
    private const string DeepestTopic = "1/2/3/4/5/6/7/8";

    [Test]
    public async Task A_topic_of_256_bytes_or_8_levels_is_accepted(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);

        Assert.That(await relay.PublishAsync(LongestTopic, "x", cancellationToken), Is.EqualTo(MqttReasonCode.Success));
        Assert.That(await relay.PublishAsync(DeepestTopic, "x", cancellationToken), Is.EqualTo(MqttReasonCode.Success));
        Assert.That(await relay.SubscribeAsync(LongestTopic, cancellationToken), Is.EqualTo(new[] { MqttReasonCode.GrantedQoS1 }));
    }

    private static IEnumerable<string> BadTopics => [LongestTopic + "x", DeepestTopic + "/9", "$aws/events/presence/connected/x", "$mine/a"];

    [Test]
    public async Task Publishing_to_a_longer_deeper_or_reserved_topic_disconnects([ValueSource(nameof(BadTopics))] string topic, CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);

        await relay.SendAsync(new PublishPacket { Message = Message(topic, "x") }, cancellationToken);

        await relay.ExpectClosedAsync(MqttReasonCode.TopicNameInvalid, cancellationToken);
        Assert.That(Control.PublishedTo(topic), Is.Zero);
    }

    [Test]
    public async Task A_longer_or_deeper_filter_is_refused([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken, version);

        var codes = await relay.SubscribeAsync(
            cancellationToken,
            new MqttSubscription(LongestTopic + "x", MqttQualityOfService.AtLeastOnce),
            new MqttSubscription(DeepestTopic + "/#", MqttQualityOfService.AtLeastOnce),
            new MqttSubscription("good", MqttQualityOfService.AtLeastOnce));

        var refused = version == MqttProtocolVersion.V5 ? MqttReasonCode.TopicFilterInvalid : MqttReasonCode.UnspecifiedError;
        Assert.That(codes, Is.EqualTo(new[] { refused, refused, MqttReasonCode.GrantedQoS1 }));
    }

    [Test]
    public async Task Subscribing_to_an_unsupported_reserved_topic_disconnects(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);

        await relay.SendAsync(SubscribeTo("$SYS/#"), cancellationToken);

        await relay.ExpectClosedAsync(MqttReasonCode.TopicFilterInvalid, cancellationToken);
    }

    [Test]
    public async Task Eight_filters_fit_in_a_subscribe_and_nine_disconnect(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        var filters = Enumerable.Range(0, 9).Select(i => $"f{i}").ToArray();

        await relay.SendAsync(SubscribeTo(filters[..8]), cancellationToken);
        Assert.That((await relay.ReceiveAsync<SubAckPacket>(cancellationToken)).ReasonCodes, Has.Count.EqualTo(8));
        await relay.SendAsync(SubscribeTo(filters), cancellationToken);

        await relay.ExpectClosedAsync(MqttReasonCode.QuotaExceeded, cancellationToken);
    }

    [Test]
    public async Task A_client_has_at_most_50_subscriptions(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        for (int i = 0; i < 50; i++) await relay.SubscribeAsync($"f{i}", cancellationToken);
        await relay.SubscribeAsync("f0", cancellationToken); // again: not one more

        await relay.SendAsync(SubscribeTo("f50"), cancellationToken);

        await relay.ExpectClosedAsync(MqttReasonCode.QuotaExceeded, cancellationToken);
    }

    [Test]
    public async Task A_payload_of_128_KiB_passes_and_a_byte_more_disconnects(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.SubscribeAsync("a", cancellationToken);

        await relay.SendAsync(new PublishPacket { Message = new MqttMessage { Topic = "a", Payload = new byte[128 * 1024] } }, cancellationToken);
        Assert.That((await relay.ReceiveMessageAsync(cancellationToken)).Payload.Length, Is.EqualTo(128 * 1024));
        await relay.SendAsync(new PublishPacket { Message = new MqttMessage { Topic = "a", Payload = new byte[128 * 1024 + 1] } }, cancellationToken);

        await relay.ExpectClosedAsync(MqttReasonCode.PacketTooLarge, cancellationToken);
    }

    private static SubscribePacket SubscribeTo(params string[] filters) => new()
    {
        PacketIdentifier = 77,
        Subscriptions = [.. filters.Select(filter => new MqttSubscription(filter, MqttQualityOfService.AtLeastOnce))],
    };
}
