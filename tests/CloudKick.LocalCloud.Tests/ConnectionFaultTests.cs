using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

/// <summary>Connections that are cut and frozen on order.</summary>
[CancelAfter(60_000)]
internal sealed class ConnectionFaultTests : CloudFixture
{
    private static readonly MqttMessage Kick = Message(KickTopic, "kick") with { QualityOfService = MqttQualityOfService.AtLeastOnce };

    [Test]
    public async Task Connections_are_cut_and_clients_may_return(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        var relay = await ConnectAsync(Relay, cancellationToken);

        var cut = Control.Order(new CloudFault(CloudFaultKind.Cut, "NL*"));
        await terminal.ExpectClosedAsync(null, cancellationToken);
        await ConnectAsync(Terminal, cancellationToken);
        await relay.PingAsync(cancellationToken);

        Assert.That(cut.Struck, Is.EqualTo(1));
        Assert.That(Control.Faults, Is.Empty);
    }

    [Test]
    public async Task For_a_while_those_that_return_are_cut_again(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Cut, Terminal) { Duration = TimeSpan.FromSeconds(20) });
        await terminal.ExpectClosedAsync(null, cancellationToken);

        var returned = await Cloud.OpenAsync(Terminal, cancellationToken);
        await returned.SendAsync(new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = Terminal }.Encode, cancellationToken);
        await returned.ExpectClosedAsync(null, cancellationToken);
        Time.Advance(TimeSpan.FromSeconds(20));

        await ConnectAsync(Terminal, cancellationToken);
    }

    [Test]
    public async Task A_frozen_connection_is_neither_read_nor_written_and_goes_on_where_it_was(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        await terminal.SubscribeAsync(KickTopic, cancellationToken);
        var relay = await ConnectAsync(Relay, cancellationToken);
        var answers = await ConnectAsync("relay-a-2", cancellationToken);
        await answers.SubscribeAsync(AckTopic, cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Freeze, Terminal));

        await relay.PublishAsync(Kick, cancellationToken);
        await terminal.SendAsync(new PublishPacket { Message = Message(AckTopic, "answer") }, cancellationToken);
        await answers.ExpectNothingAsync(cancellationToken);
        Assert.That((Control.IsFrozen(Terminal), Control.QueuedMessages(Terminal)), Is.EqualTo((true, 1)));
        Assert.That(Control.Thaw(Terminal), Is.EqualTo(1));

        Assert.That(Text(await answers.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("answer"));
        Assert.That(Text(await terminal.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("kick"));
        Assert.That(Control.IsFrozen(Terminal), Is.False);
    }

    [Test]
    public async Task A_client_that_connects_into_a_freeze_is_answered_when_it_thaws(CancellationToken cancellationToken)
    {
        Control.Order(new CloudFault(CloudFaultKind.Freeze, Terminal) { Duration = TimeSpan.FromSeconds(5) });
        var terminal = await Cloud.OpenAsync(Terminal, cancellationToken);

        await terminal.SendAsync(new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = Terminal, KeepAlive = 60 }.Encode, cancellationToken);
        await Control.WaitForFaultAsync(fault => fault.Struck == 1, cancellationToken);
        Assert.That(Control.ConnectedClients, Is.Zero);
        Time.Advance(TimeSpan.FromSeconds(5));

        Assert.That((await terminal.ReceiveAsync<ConnAckPacket>(cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.Success));
        await terminal.PingAsync(cancellationToken);
    }

    [Test]
    public async Task Keep_alive_ends_a_frozen_connection_without_a_word_and_tells_the_others(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken, configure: connect => connect with { KeepAlive = 1200 });
        await relay.SubscribeAsync("$aws/events/presence/disconnected/+", cancellationToken);
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Freeze, Terminal));

        Time.Advance(TimeSpan.FromSeconds(91));

        Assert.That(Text(await relay.ReceiveMessageAsync(cancellationToken)), Does.Contain("MQTT_KEEP_ALIVE_TIMEOUT"));
        await terminal.ExpectClosedAsync(null, cancellationToken);
    }

    [Test]
    public async Task A_client_takes_over_from_its_own_frozen_connection_once_the_count_is_used_up(CancellationToken cancellationToken)
    {
        var frozen = await ConnectAsync(Terminal, cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Freeze, Terminal) { Count = 1 });

        var terminal = await ConnectAsync(Terminal, cancellationToken);

        await frozen.ExpectClosedAsync(null, cancellationToken);
        await terminal.PingAsync(cancellationToken);
    }

    [TestCase("NL000123", 1, 0)]
    [TestCase("NL*", 2, 0)]
    [TestCase("*", 2, 0)]
    [TestCase("BE*", 0, 1)]
    public async Task Thawing_a_part_leaves_what_was_ordered_for_more(string clients, int thawed, int faults, CancellationToken cancellationToken)
    {
        await ConnectAsync(Terminal, cancellationToken);
        await ConnectAsync("NL000124", cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Freeze, clients == Terminal ? Terminal : "NL*"));

        Assert.That(Control.Thaw(clients), Is.EqualTo(thawed));
        Assert.That(Control.Faults, Has.Count.EqualTo(faults));
    }

    [Test]
    public async Task Reset_thaws(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Freeze, CloudFault.Everyone));

        Control.Reset();

        await terminal.PingAsync(cancellationToken);
    }

    [Test]
    public async Task A_server_that_stops_does_not_wait_for_the_frozen(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Freeze, CloudFault.Everyone));

        await Cloud.Server.DisposeAsync();

        await terminal.ExpectClosedAsync(null, cancellationToken);
    }
}
