using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

/// <summary>Faults that strike messages and their acknowledgements. Those that strike connections are in ConnectionFaultTests.</summary>
[CancelAfter(60_000)]
internal sealed class FaultTests : CloudFixture
{
    private static readonly MqttMessage Kick = Message(KickTopic, "kick") with { QualityOfService = MqttQualityOfService.AtLeastOnce };

    [Test]
    public async Task A_delayed_acknowledgement_comes_after_its_delay_and_the_message_at_once(CancellationToken cancellationToken)
    {
        var (terminal, relay) = await ConnectBothAsync(cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Delay, "relay-*") { Delay = TimeSpan.FromSeconds(3) });

        await relay.SendAsync(new PublishPacket { PacketIdentifier = 5, Message = Kick }, cancellationToken);
        await terminal.ReceiveMessageAsync(cancellationToken);
        await relay.ExpectNothingAsync(cancellationToken);
        await Time.WaitForTimerAsync(TimeSpan.FromSeconds(3), cancellationToken);
        Time.Advance(TimeSpan.FromSeconds(3));

        Assert.That((await relay.ReceiveAsync<PubAckPacket>(cancellationToken)).PacketIdentifier, Is.EqualTo(5));
    }

    [Test]
    public async Task Acknowledgements_come_in_the_order_of_their_delays(CancellationToken cancellationToken)
    {
        var (_, relay) = await ConnectBothAsync(cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Delay, Relay) { Delay = TimeSpan.FromSeconds(3.1), Count = 1 });
        Control.Order(new CloudFault(CloudFaultKind.Delay, Relay) { Delay = TimeSpan.FromSeconds(1.7), Count = 1 });

        await relay.SendAsync(new PublishPacket { PacketIdentifier = 5, Message = Kick }, cancellationToken);
        await relay.SendAsync(new PublishPacket { PacketIdentifier = 6, Message = Kick }, cancellationToken);
        await Time.WaitForTimerAsync(TimeSpan.FromSeconds(1.7), cancellationToken);
        Time.Advance(TimeSpan.FromSeconds(1.7));
        var first = await relay.ReceiveAsync<PubAckPacket>(cancellationToken);
        await Time.WaitForTimerAsync(TimeSpan.FromSeconds(1.4), cancellationToken);
        Time.Advance(TimeSpan.FromSeconds(1.4));
        var second = await relay.ReceiveAsync<PubAckPacket>(cancellationToken);

        Assert.That((first.PacketIdentifier, second.PacketIdentifier), Is.EqualTo((6, 5)));
    }

    [Test]
    public async Task A_dropped_acknowledgement_never_comes_and_the_next_one_does(CancellationToken cancellationToken)
    {
        var (terminal, relay) = await ConnectBothAsync(cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Drop, Relay) { Count = 1 });

        await relay.SendAsync(new PublishPacket { PacketIdentifier = 5, Message = Kick }, cancellationToken);
        await terminal.ReceiveMessageAsync(cancellationToken);
        await relay.SendAsync(new PublishPacket { PacketIdentifier = 6, Message = Kick }, cancellationToken);

        Assert.That((await relay.ReceiveAsync<PubAckPacket>(cancellationToken)).PacketIdentifier, Is.EqualTo(6));
        Assert.That(Control.Faults, Is.Empty);
    }

    [Test]
    public async Task Dropped_acknowledgements_do_not_use_up_the_receive_maximum(CancellationToken cancellationToken)
    {
        var (_, relay) = await ConnectBothAsync(cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Drop, Relay) { Count = 150 });

        for (ushort i = 1; i <= 150; i++) await relay.SendAsync(new PublishPacket { PacketIdentifier = i, Message = Kick }, cancellationToken);

        Assert.That(await relay.PublishAsync(Kick, cancellationToken), Is.EqualTo(MqttReasonCode.Success));
    }

    [Test]
    public async Task A_refused_message_is_answered_with_the_reason_and_delivered_to_nobody(CancellationToken cancellationToken)
    {
        var (terminal, relay) = await ConnectBothAsync(cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Refuse, Relay) { ReasonCode = MqttReasonCode.NotAuthorized, Count = 1 });
        Control.Order(new CloudFault(CloudFaultKind.Refuse, Relay) { Count = 1 });

        Assert.That(await relay.PublishAsync(Kick, cancellationToken), Is.EqualTo(MqttReasonCode.NotAuthorized));
        Assert.That(await relay.PublishAsync(Kick, cancellationToken), Is.EqualTo(MqttReasonCode.QuotaExceeded));
        Assert.That(await relay.PublishAsync(Kick, cancellationToken), Is.EqualTo(MqttReasonCode.Success));
        await terminal.ReceiveMessageAsync(cancellationToken);
        Assert.That(Control.Counters with { Acknowledged = 0 }, Is.EqualTo(new MessageCounters(Published: 1, Refused: 2, Delivered: 1, Acknowledged: 0, Dropped: 0, Expired: 0)));
    }

    [Test]
    public async Task A_refused_message_ends_the_connection_of_a_client_that_cannot_be_told(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken, MqttProtocolVersion.V311);
        Control.Order(new CloudFault(CloudFaultKind.Refuse, Relay) { ReasonCode = MqttReasonCode.NotAuthorized });

        await relay.SendAsync(new PublishPacket { PacketIdentifier = 5, Message = Kick }, cancellationToken);

        await relay.ExpectClosedAsync(null, cancellationToken);
    }

    [Test]
    public async Task Messages_to_a_client_are_discarded_though_the_publisher_hears_that_all_is_well(CancellationToken cancellationToken)
    {
        var (terminal, relay) = await ConnectBothAsync(cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Discard, "NL*") { Count = 1 });

        Assert.That(await relay.PublishAsync(Kick with { Payload = "lost"u8.ToArray() }, cancellationToken), Is.EqualTo(MqttReasonCode.Success));
        Assert.That(await relay.PublishAsync(Kick, cancellationToken), Is.EqualTo(MqttReasonCode.Success));

        Assert.That(Text(await terminal.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("kick"));
        Assert.That(Control.Counters.Dropped, Is.EqualTo(1));
    }

    [Test]
    public async Task Messages_from_a_client_are_discarded_without_an_acknowledgement(CancellationToken cancellationToken)
    {
        var (terminal, relay) = await ConnectBothAsync(cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Discard, Relay) { FromClients = true });

        await relay.SendAsync(new PublishPacket { PacketIdentifier = 5, Message = Kick }, cancellationToken);
        await relay.ExpectNothingAsync(cancellationToken);
        await terminal.ExpectNothingAsync(cancellationToken);

        Assert.That(Control.PublishedTo(KickTopic), Is.Zero);
    }

    [Test]
    public async Task A_fault_strikes_only_the_clients_that_it_is_for(CancellationToken cancellationToken)
    {
        var (_, relay) = await ConnectBothAsync(cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Refuse, "relay-?"));
        Control.Order(new CloudFault(CloudFaultKind.Refuse, "RELAY-*"));

        Assert.That(await relay.PublishAsync(Kick, cancellationToken), Is.EqualTo(MqttReasonCode.Success));
        Assert.That(Control.Faults.Select(fault => fault.Struck), Is.All.Zero);
    }

    [Test]
    public async Task A_fault_ends_with_its_duration(CancellationToken cancellationToken)
    {
        var (_, relay) = await ConnectBothAsync(cancellationToken);
        var fault = Control.Order(new CloudFault(CloudFaultKind.Refuse, CloudFault.Everyone) { Duration = TimeSpan.FromSeconds(20) });

        Assert.That(await relay.PublishAsync(Kick, cancellationToken), Is.EqualTo(MqttReasonCode.QuotaExceeded));
        Assert.That(fault.EndsAt, Is.EqualTo(Time.GetUtcNow().AddSeconds(20)));
        Time.Advance(TimeSpan.FromSeconds(20));

        Assert.That(await relay.PublishAsync(Kick, cancellationToken), Is.EqualTo(MqttReasonCode.Success));
        Assert.That(Control.Faults, Is.Empty);
    }

    [Test]
    public async Task Faults_are_listed_withdrawn_and_reset(CancellationToken cancellationToken)
    {
        var (_, relay) = await ConnectBothAsync(cancellationToken);
        var refuse = Control.Order(new CloudFault(CloudFaultKind.Refuse, Relay));
        var drop = Control.Order(new CloudFault(CloudFaultKind.Drop, Relay));
        Control.RefusePublish = _ => MqttReasonCode.UnspecifiedError;

        await relay.PublishAsync(Kick, cancellationToken);
        Assert.That(Control.Faults.Select(fault => (fault.Id, fault.Struck)), Is.EqualTo(new[] { (refuse.Id, 1), (drop.Id, 0) }));
        Assert.That(Control.Withdraw(refuse.Id), Is.True);
        Assert.That(Control.Withdraw(refuse.Id), Is.False);
        Control.Reset();

        Assert.That(Control.Faults, Is.Empty);
        Assert.That(await relay.PublishAsync(Kick, cancellationToken), Is.EqualTo(MqttReasonCode.Success));
    }

    private static IEnumerable<CloudFault> Impossible =>
    [
        new(CloudFaultKind.Drop, ""),
        new(CloudFaultKind.Delay, "*"),
        new(CloudFaultKind.Delay, "*") { Delay = TimeSpan.FromHours(2) },
        new(CloudFaultKind.Drop, "*") { Delay = TimeSpan.FromSeconds(1) },
        new(CloudFaultKind.Drop, "*") { FromClients = true },
        new(CloudFaultKind.Drop, "*") { ReasonCode = MqttReasonCode.QuotaExceeded },
        new(CloudFaultKind.Drop, "*") { Count = 0 },
        new(CloudFaultKind.Drop, "*") { Duration = TimeSpan.Zero },
        new(CloudFaultKind.Drop, "*") { Duration = TimeSpan.FromDays(2) },
        new(CloudFaultKind.Refuse, "*") { ReasonCode = MqttReasonCode.Success },
        new((CloudFaultKind)99, "*"),
    ];

    [TestCaseSource(nameof(Impossible))]
    public void What_cannot_be_is_not_taken(CloudFault fault, CancellationToken cancellationToken)
    {
        Assert.That(() => Control.Order(fault), Throws.ArgumentException);
        Assert.That(Control.Faults, Is.Empty);
    }

    [Test]
    public void There_is_an_end_to_how_many_are_taken(CancellationToken cancellationToken)
    {
        for (int i = 0; i < 1_000; i++) Control.Order(new CloudFault(CloudFaultKind.Drop, "nobody"));

        Assert.That(() => Control.Order(new CloudFault(CloudFaultKind.Drop, "nobody")), Throws.InvalidOperationException);
    }

    private async Task<(RawClient Terminal, RawClient Relay)> ConnectBothAsync(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        await terminal.SubscribeAsync(KickTopic, cancellationToken);
        return (terminal, await ConnectAsync(Relay, cancellationToken));
    }
}
