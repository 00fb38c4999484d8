using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class SessionTests : CloudFixture
{
    protected override BrokerLimits Limits => new() { MaximumQueuedMessages = 3 };

    [Test]
    public async Task Stored_QoS_1_messages_come_on_return_and_QoS_0_does_not([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        await LeaveAsync(version, cancellationToken);
        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.SendAsync(new PublishPacket { Message = Message(KickTopic, "at most once") }, cancellationToken);
        await relay.PublishAsync(KickTopic, "first", cancellationToken);
        await relay.PublishAsync(KickTopic, "second", cancellationToken);

        var (terminal, answer) = await Cloud.TryConnectAsync(Resume(version), cancellationToken);

        Assert.That(answer.SessionPresent, Is.True);
        Assert.That(Text(await terminal.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("first"));
        Assert.That(Text(await terminal.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("second"));
        await terminal.ExpectNothingAsync(cancellationToken);
    }

    [Test]
    public async Task An_unacknowledged_message_comes_again_on_return_without_DUP([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken, version, Keep(version));
        await terminal.SubscribeAsync(KickTopic, cancellationToken);
        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.PublishAsync(KickTopic, "kick", cancellationToken);
        var first = await terminal.ReceiveAsync<PublishPacket>(cancellationToken);
        await terminal.ExpectNothingAsync(cancellationToken); // not again while the connection lasts
        terminal.Abort();
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);

        var (returned, _) = await Cloud.TryConnectAsync(Resume(version), cancellationToken);
        var again = await returned.ReceiveAsync<PublishPacket>(cancellationToken);

        Assert.That(Text(again.Message), Is.EqualTo(Text(first.Message)));
        Assert.That(again.Duplicate, Is.False);
    }

    [Test]
    public async Task A_clean_start_forgets_the_session([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        await LeaveAsync(version, cancellationToken);
        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.PublishAsync(KickTopic, "kick", cancellationToken);

        var (terminal, answer) = await Cloud.TryConnectAsync(Resume(version) with { CleanStart = true }, cancellationToken);

        Assert.That(answer.SessionPresent, Is.False);
        await terminal.ExpectNothingAsync(cancellationToken);
        Assert.That(Control.IsSubscribed(Terminal, KickTopic), Is.False);
    }

    [Test]
    public async Task A_session_does_not_continue_under_another_version([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        await LeaveAsync(version, cancellationToken);
        var other = version == MqttProtocolVersion.V5 ? MqttProtocolVersion.V311 : MqttProtocolVersion.V5;

        var (_, answer) = await Cloud.TryConnectAsync(Resume(other), cancellationToken);

        Assert.That(answer.SessionPresent, Is.False);
    }

    [TestCase(0u, 0u)]
    [TestCase(600u, 600u)]
    [TestCase(uint.MaxValue, 3600u)]
    public async Task The_expiry_is_at_most_an_hour_and_a_v5_client_is_told(uint asked, uint granted, CancellationToken cancellationToken)
    {
        var (_, answer) = await Cloud.TryConnectAsync(Resume(MqttProtocolVersion.V5) with { SessionExpiryInterval = asked }, cancellationToken);

        Assert.That(answer.SessionExpiryInterval, Is.EqualTo(granted));
    }

    [Test]
    public async Task A_session_ends_when_it_expires([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        await LeaveAsync(version, cancellationToken);

        Time.Advance(TimeSpan.FromSeconds(3601));
        var (_, answer) = await Cloud.TryConnectAsync(Resume(version), cancellationToken);

        Assert.That(answer.SessionPresent, Is.False);
    }

    [Test]
    public async Task A_DISCONNECT_can_end_the_session(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken, configure: Keep(MqttProtocolVersion.V5));
        await terminal.DisconnectAsync(cancellationToken, new DisconnectPacket { SessionExpiryInterval = 0 });
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);

        var (_, answer) = await Cloud.TryConnectAsync(Resume(MqttProtocolVersion.V5), cancellationToken);

        Assert.That(answer.SessionPresent, Is.False);
    }

    [Test]
    public async Task A_DISCONNECT_cannot_prolong_a_session_that_was_to_end(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);

        await terminal.DisconnectAsync(cancellationToken, new DisconnectPacket { SessionExpiryInterval = 600 });

        await terminal.ExpectClosedAsync(MqttReasonCode.ProtocolError, cancellationToken);
    }

    [Test]
    public async Task An_absent_clients_queue_is_bounded_and_the_newest_are_dropped(CancellationToken cancellationToken)
    {
        await LeaveAsync(MqttProtocolVersion.V5, cancellationToken);
        var relay = await ConnectAsync(Relay, cancellationToken);
        for (int i = 0; i < 5; i++) await relay.PublishAsync(KickTopic, $"{i}", cancellationToken);

        Assert.That(Control.QueuedMessages(Terminal), Is.EqualTo(3));
        Assert.That(Control.Counters.Dropped, Is.EqualTo(2));
        var (terminal, _) = await Cloud.TryConnectAsync(Resume(MqttProtocolVersion.V5), cancellationToken);
        for (int i = 0; i < 3; i++) Assert.That(Text(await terminal.ReceiveMessageAsync(cancellationToken)), Is.EqualTo($"{i}"));
        await terminal.ExpectNothingAsync(cancellationToken);
    }

    private async Task LeaveAsync(MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken, version, Keep(version));
        await terminal.SubscribeAsync(KickTopic, cancellationToken);
        await terminal.DisconnectAsync(cancellationToken);
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);
    }

    private static Func<ConnectPacket, ConnectPacket> Keep(MqttProtocolVersion version) => connect => connect with
    {
        CleanStart = version == MqttProtocolVersion.V5,
        SessionExpiryInterval = version == MqttProtocolVersion.V5 ? 3600 : null,
    };

    private static ConnectPacket Resume(MqttProtocolVersion version) => new() { Version = version, ClientIdentifier = Terminal, CleanStart = false };
}
