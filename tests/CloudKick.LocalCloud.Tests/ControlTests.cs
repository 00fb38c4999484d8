using System.Net.Sockets;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class ControlTests : CloudFixture
{
    private static readonly MqttMessage Kick = Message(KickTopic, "kick") with { QualityOfService = MqttQualityOfService.AtLeastOnce };

    [Test]
    public async Task Held_acknowledgements_come_when_released_and_the_message_is_delivered_meanwhile(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        await terminal.SubscribeAsync(KickTopic, cancellationToken);
        var relay = await ConnectAsync(Relay, cancellationToken);
        Control.HoldAcknowledgements();

        await relay.SendAsync(new PublishPacket { PacketIdentifier = 5, Message = Kick }, cancellationToken);
        await terminal.ReceiveMessageAsync(cancellationToken);
        await relay.ExpectNothingAsync(cancellationToken);
        Control.ReleaseAcknowledgements();

        Assert.That((await relay.ReceiveAsync<PubAckPacket>(cancellationToken)).PacketIdentifier, Is.EqualTo(5));
        Assert.That(await relay.PublishAsync(Kick, cancellationToken), Is.EqualTo(MqttReasonCode.Success));
    }

    [Test]
    public async Task Lost_acknowledgements_never_come(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        Control.HoldAcknowledgements();

        await relay.SendAsync(new PublishPacket { PacketIdentifier = 5, Message = Kick }, cancellationToken);
        await relay.PingAsync(cancellationToken);
        Control.LoseAcknowledgements();
        await relay.ExpectNothingAsync(cancellationToken);

        Assert.That(Control.PublishedTo(KickTopic), Is.EqualTo(1));
    }

    [Test]
    public async Task A_publish_can_be_refused_with_any_reason(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        Control.RefusePublish = publish => publish.Message.Topic == KickTopic ? MqttReasonCode.QuotaExceeded : null;

        var refused = await relay.PublishAsync(Kick, cancellationToken);
        var accepted = await relay.PublishAsync("NL-CAT/NL000999", "kick", cancellationToken);

        Assert.That(refused, Is.EqualTo(MqttReasonCode.QuotaExceeded));
        Assert.That(accepted, Is.EqualTo(MqttReasonCode.Success));
        Assert.That(Control.PublishedTo(KickTopic), Is.Zero);
    }

    [Test]
    public async Task Every_accepted_publish_is_observed_and_counted(CancellationToken cancellationToken)
    {
        var observed = new List<AcceptedPublish>();
        Control.PublishAccepted = observed.Add;
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        await terminal.SubscribeAsync(KickTopic, cancellationToken);
        var relay = await ConnectAsync(Relay, cancellationToken);

        await relay.PublishAsync(Kick, cancellationToken);
        await terminal.ReceiveMessageAsync(cancellationToken);
        await terminal.PingAsync(cancellationToken);

        Assert.That(observed.Select(publish => (publish.ClientId, publish.Message.Topic)), Is.EqualTo(new[] { (Relay, KickTopic) }));
        Assert.That(Control.Counters, Is.EqualTo(new MessageCounters(Published: 1, Refused: 0, Delivered: 1, Acknowledged: 1, Dropped: 0, Expired: 0)));
        await Control.WaitForPublishedAsync(KickTopic, 1, cancellationToken);
    }

    [Test]
    public async Task A_client_can_be_disconnected_and_may_return(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);

        Assert.That(Control.Disconnect(Terminal), Is.True);
        await terminal.ExpectClosedAsync(MqttReasonCode.AdministrativeAction, cancellationToken);
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);
        Assert.That(Control.Disconnect(Terminal), Is.False);
        await ConnectAsync(Terminal, cancellationToken);

        Assert.That(Control.ConnectedClientIds, Is.EqualTo(new[] { Terminal }));
    }

    [Test]
    public async Task Waiting_ends_when_a_client_connects_and_when_it_subscribes(CancellationToken cancellationToken)
    {
        var connected = Control.WaitForConnectedAsync(Terminal, cancellationToken);
        var two = Control.WaitForConnectedAsync(2, cancellationToken);
        var subscribed = Control.WaitForSubscribedAsync(Terminal, KickTopic, cancellationToken);

        var terminal = await ConnectAsync(Terminal, cancellationToken);
        await connected;
        Assert.That(two.IsCompleted, Is.False);
        Assert.That(subscribed.IsCompleted, Is.False);
        await ConnectAsync(Relay, cancellationToken);
        await two;
        await terminal.SubscribeAsync(KickTopic, cancellationToken);
        await subscribed;
    }

    [Test]
    public async Task Down_refuses_connections_cuts_all_and_comes_back_on_the_same_port_with_its_sessions(CancellationToken cancellationToken)
    {
        int port = Cloud.Server.Port;
        var terminal = await ConnectAsync(Terminal, cancellationToken, configure: connect => connect with { SessionExpiryInterval = 600 });
        await terminal.SubscribeAsync(KickTopic, cancellationToken);

        await Control.GoDownAsync();
        await terminal.ExpectClosedAsync(null, cancellationToken);
        Assert.That(
            async () => await Cloud.OpenAsync(Terminal, cancellationToken),
            Throws.InstanceOf<SocketException>().With.Property(nameof(SocketException.SocketErrorCode)).EqualTo(SocketError.ConnectionRefused));
        await Control.ComeBackAsync(cancellationToken);

        Assert.That(Cloud.Server.Port, Is.EqualTo(port));
        var (_, answer) = await Cloud.TryConnectAsync(
            new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = Terminal, CleanStart = false }, cancellationToken);
        Assert.That(answer.SessionPresent, Is.True);
    }

    [Test]
    public async Task Disposing_tells_clients_that_the_server_stops(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);

        await Cloud.Server.DisposeAsync();

        await terminal.ExpectClosedAsync(MqttReasonCode.ServerShuttingDown, cancellationToken);
    }
}
