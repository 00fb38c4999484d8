using CloudKick.Mqtt;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class SharedSubscriptionTests : CloudFixture
{
    [Test]
    public async Task Each_message_goes_to_one_member_and_all_members_get_some([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        const int Messages = 64;
        var publisher = await ConnectAsync(Relay, cancellationToken);
        var first = await ConnectAsync("relay-b-1", cancellationToken, version);
        var second = await ConnectAsync("relay-b-2", cancellationToken, version);
        await first.SubscribeAsync("$share/relays/NL-CAT/+/ack", cancellationToken);
        await second.SubscribeAsync("$share/relays/NL-CAT/+/ack", cancellationToken);

        for (int i = 0; i < Messages; i++) await publisher.PublishAsync(AckTopic, $"{i}", cancellationToken);
        string[] atFirst = await ReceiveAllAsync(first, cancellationToken);
        string[] atSecond = await ReceiveAllAsync(second, cancellationToken);

        // That one of two gets nothing happens by chance once in 2^63 runs.
        Assert.That(atFirst, Is.Not.Empty);
        Assert.That(atSecond, Is.Not.Empty);
        Assert.That(atFirst.Concat(atSecond), Is.EquivalentTo(Enumerable.Range(0, Messages).Select(i => $"{i}")));
    }

    [Test]
    public async Task Groups_and_subscriptions_of_ones_own_each_get_the_message(CancellationToken cancellationToken)
    {
        var publisher = await ConnectAsync(Relay, cancellationToken);
        var first = await ConnectAsync("relay-b-1", cancellationToken);
        var second = await ConnectAsync("relay-b-2", cancellationToken);
        await first.SubscribeAsync("$share/one/orders", cancellationToken);
        await second.SubscribeAsync("$share/two/orders", cancellationToken);
        await second.SubscribeAsync("orders", cancellationToken);

        await publisher.PublishAsync("orders", "x", cancellationToken);

        Assert.That(await ReceiveAllAsync(first, cancellationToken), Has.Length.EqualTo(1));
        Assert.That(await ReceiveAllAsync(second, cancellationToken), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task A_message_waits_for_an_absent_member_with_a_session_only_if_no_member_is_connected(CancellationToken cancellationToken)
    {
        var publisher = await ConnectAsync(Relay, cancellationToken);
        var present = await ConnectAsync("relay-b-1", cancellationToken);
        var absent = await ConnectAsync("relay-b-2", cancellationToken, configure: connect => connect with { SessionExpiryInterval = 600 });
        await present.SubscribeAsync("$share/relays/orders", cancellationToken);
        await absent.SubscribeAsync("$share/relays/orders", cancellationToken);
        await absent.DisconnectAsync(cancellationToken);
        await Control.WaitForDisconnectedAsync("relay-b-2", cancellationToken);

        await publisher.PublishAsync("orders", "to the present", cancellationToken);
        Assert.That(Text(await present.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("to the present"));

        await present.DisconnectAsync(cancellationToken);
        await Control.WaitForDisconnectedAsync("relay-b-1", cancellationToken);
        await publisher.PublishAsync("orders", "kept", cancellationToken);
        var returned = await ConnectAsync("relay-b-2", cancellationToken, configure: connect => connect with { CleanStart = false });

        Assert.That(Text(await returned.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("kept"));
    }

    [Test]
    public async Task The_two_slashes_of_the_group_do_not_count(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);

        var seven = await relay.SubscribeAsync("$share/group/1/2/3/4/5/6/7/8", cancellationToken);
        var eight = await relay.SubscribeAsync("$share/group/1/2/3/4/5/6/7/8/9", cancellationToken);

        Assert.That(seven, Is.EqualTo(new[] { MqttReasonCode.GrantedQoS1 }));
        Assert.That(eight, Is.EqualTo(new[] { MqttReasonCode.TopicFilterInvalid }));
    }

    [Test]
    public async Task A_group_name_has_at_most_128_characters(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);

        var longest = await relay.SubscribeAsync($"$share/{new string('g', 128)}/a", cancellationToken);
        var longer = await relay.SubscribeAsync($"$share/{new string('g', 129)}/a", cancellationToken);

        Assert.That(longest, Is.EqualTo(new[] { MqttReasonCode.GrantedQoS1 }));
        Assert.That(longer, Is.EqualTo(new[] { MqttReasonCode.TopicFilterInvalid }));
    }

    /// <summary>All that is on its way: what comes between two PINGREQs and the second PINGRESP.</summary>
    private static async Task<string[]> ReceiveAllAsync(RawClient client, CancellationToken cancellationToken)
    {
        var received = new List<string>();
        await client.SendAsync(default(Mqtt.Packets.PingReqPacket).Encode, cancellationToken);
        for (int pongs = 0; pongs < 2;)
        {
            switch (await client.ReceiveAnyAsync(cancellationToken))
            {
                case Mqtt.Packets.PublishPacket publish:
                    received.Add(Text(publish.Message));
                    break;
                case Mqtt.Packets.PingRespPacket when ++pongs == 1:
                    await client.SendAsync(default(Mqtt.Packets.PingReqPacket).Encode, cancellationToken);
                    break;
                case null:
                    throw new AssertionException("The connection was closed.");
            }
        }
        return [.. received];
    }
}
