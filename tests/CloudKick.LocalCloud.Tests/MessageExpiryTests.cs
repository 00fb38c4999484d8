using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class MessageExpiryTests : CloudFixture
{
    [Test]
    public async Task A_message_that_waited_too_long_is_not_delivered([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        var relay = await AbsentTerminalAsync(version, cancellationToken);
        await relay.PublishAsync(Message(KickTopic, "stale") with { MessageExpiryInterval = 30 }, cancellationToken);
        await relay.PublishAsync(Message(KickTopic, "fresh") with { MessageExpiryInterval = 300 }, cancellationToken);
        await relay.PublishAsync(Message(KickTopic, "timeless"), cancellationToken);

        Time.Advance(TimeSpan.FromSeconds(30));
        var terminal = await ReturnAsync(version, cancellationToken);

        Assert.That(Text(await terminal.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("fresh"));
        Assert.That(Text(await terminal.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("timeless"));
        Assert.That(Control.Counters.Expired, Is.EqualTo(1));
    }

    [Test]
    public async Task The_interval_is_counted_down(CancellationToken cancellationToken)
    {
        var relay = await AbsentTerminalAsync(MqttProtocolVersion.V5, cancellationToken);
        await relay.PublishAsync(Message(KickTopic, "kick") with { MessageExpiryInterval = 30 }, cancellationToken);

        Time.Advance(TimeSpan.FromSeconds(12));
        var terminal = await ReturnAsync(MqttProtocolVersion.V5, cancellationToken);

        Assert.That((await terminal.ReceiveMessageAsync(cancellationToken)).MessageExpiryInterval, Is.EqualTo(18));
    }

    [TestCase(0u, 1u)]
    [TestCase(uint.MaxValue, 7u * 24 * 60 * 60)]
    public async Task The_interval_is_held_between_a_second_and_seven_days(uint sent, uint received, CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.SubscribeAsync(cancellationToken, new MqttSubscription("a", MqttQualityOfService.AtMostOnce));

        await relay.SendAsync(new PublishPacket { Message = Message("a", "x") with { MessageExpiryInterval = sent } }, cancellationToken);

        Assert.That((await relay.ReceiveMessageAsync(cancellationToken)).MessageExpiryInterval, Is.EqualTo(received));
    }

    private async Task<RawClient> AbsentTerminalAsync(MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken, version, connect => connect with
        {
            CleanStart = false,
            SessionExpiryInterval = version == MqttProtocolVersion.V5 ? 600 : null,
        });
        await terminal.SubscribeAsync(KickTopic, cancellationToken);
        await terminal.DisconnectAsync(cancellationToken);
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);
        return await ConnectAsync(Relay, cancellationToken);
    }

    private Task<RawClient> ReturnAsync(MqttProtocolVersion version, CancellationToken cancellationToken) =>
        ConnectAsync(Terminal, cancellationToken, version, connect => connect with { CleanStart = false });
}
