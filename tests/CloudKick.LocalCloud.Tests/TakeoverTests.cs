using CloudKick.Mqtt;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class TakeoverTests : CloudFixture
{
    [Test]
    public async Task The_newer_connection_wins_and_the_older_is_told_so(CancellationToken cancellationToken)
    {
        var older = await ConnectAsync(Terminal, cancellationToken);
        var newer = await ConnectAsync(Terminal, cancellationToken);

        await older.ExpectClosedAsync(MqttReasonCode.SessionTakenOver, cancellationToken);
        await newer.PingAsync(cancellationToken);
        Assert.That(Control.ConnectedClientIds, Is.EqualTo(new[] { Terminal }));
    }

    [Test]
    public async Task An_older_3_1_1_connection_is_closed_without_a_word(CancellationToken cancellationToken)
    {
        var older = await ConnectAsync(Terminal, cancellationToken, MqttProtocolVersion.V311);
        await ConnectAsync(Terminal, cancellationToken);

        await older.ExpectClosedAsync(null, cancellationToken);
    }

    [Test]
    public async Task The_newer_connection_takes_the_session_with_its_subscriptions(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        var older = await ConnectAsync(Terminal, cancellationToken, configure: connect => connect with { SessionExpiryInterval = 600 });
        await older.SubscribeAsync(KickTopic, cancellationToken);

        var newer = await ConnectAsync(Terminal, cancellationToken, configure: connect => connect with { CleanStart = false, SessionExpiryInterval = 600 });
        await relay.PublishAsync(KickTopic, "kick", cancellationToken);

        Assert.That(Text(await newer.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("kick"));
    }

    [Test]
    public void What_the_older_connection_acknowledges_late_is_not_acknowledged_for_the_newer()
    {
        var older = new Receiver();
        var newer = new Receiver();
        var session = new Session(Terminal, MqttProtocolVersion.V5, Limits, new SubscriptionTree());
        session.Attach(older);
        session.TryDeliver(new Delivery(new RoutedMessage(Message(KickTopic, "kick"), Relay, acceptedAt: default, expiresAt: null), MqttQualityOfService.AtLeastOnce, Retain: false));
        session.TryTake(older, default, out _, out ushort atOlder, out _);
        session.Detach(keep: true);
        session.Attach(newer);
        session.TryTake(newer, default, out _, out ushort atNewer, out _);

        session.Acknowledge(older, atOlder);
        session.Acknowledge(older, atNewer);
        Assert.That(session.QueuedMessages, Is.EqualTo(1));
        session.Acknowledge(newer, atNewer);

        Assert.That(session.QueuedMessages, Is.Zero);
    }

    [Test]
    public void A_session_that_ended_leaves_no_subscription_behind_even_when_one_is_being_made()
    {
        var tree = new SubscriptionTree();
        var session = new Session(Terminal, MqttProtocolVersion.V5, Limits, tree);
        var subscription = new Subscription(session, null, KickTopic, new MqttSubscription(KickTopic, MqttQualityOfService.AtLeastOnce));
        session.Subscribe("before", new Subscription(session, null, "before", new MqttSubscription("before", MqttQualityOfService.AtLeastOnce)));

        session.End();
        var outcome = session.Subscribe(KickTopic, subscription);

        Assert.That(outcome, Is.EqualTo(SubscribeOutcome.SessionEnded));
        Assert.That(tree.IsEmpty, Is.True);
    }

    [Test]
    public async Task Many_at_once_leave_one_connected(CancellationToken cancellationToken)
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Cloud.OpenAsync(Terminal, cancellationToken)));

        await Task.WhenAll(clients.Select(client => client.SendAsync(
            new Mqtt.Packets.ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = Terminal }.Encode, cancellationToken)));
        await Control.WaitUntilAsync(() => Control.Connections == 1 && Control.ConnectedClients == 1, cancellationToken);

        Assert.That(Control.ConnectedClientIds, Is.EqualTo(new[] { Terminal }));
    }

    private sealed class Receiver : IReceiver
    {
        public int Window => 10;

        public bool MayTakeStored() => true;

        public void DeliveriesWaiting()
        {
        }

        public void Overrun()
        {
        }
    }
}
