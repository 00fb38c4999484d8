using System.Text;
using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt.Tests.Client;

/// <summary>What becomes of a publish: acknowledged, refused, surely not sent, or unknown.</summary>
[CancelAfter(20_000)]
internal sealed class PublishTests(bool dedicatedThread) : ClientTests(dedicatedThread)
{
    [TestCase(MqttReasonCode.Success)]
    [TestCase(MqttReasonCode.NoMatchingSubscribers)]
    [TestCase(MqttReasonCode.NotAuthorized)]
    [TestCase(MqttReasonCode.QuotaExceeded)]
    public async Task A_publish_ends_with_the_reason_of_its_PUBACK(MqttReasonCode reasonCode, CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;

        var publishing = test.Client.PublishAsync(ClientUnderTest.Message("hello"), cancellationToken);
        var packet = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        Assert.That(test.Client.InFlight, Is.EqualTo(1));
        await peer.SendAsync(new PubAckPacket(packet.PacketIdentifier, reasonCode), cancellationToken);

        Assert.That(await publishing, Is.EqualTo(reasonCode));
        Assert.That(Encoding.UTF8.GetString(packet.Message.Payload.Span), Is.EqualTo("hello"));
        Assert.That(packet.Duplicate, Is.False);
        Assert.That(test.Client.InFlight, Is.Zero);
    }

    [Test]
    public async Task Acknowledgements_may_come_in_any_order(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;

        var first = test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken).AsTask();
        var second = test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken).AsTask();
        var firstPacket = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        var secondPacket = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        await peer.SendAsync(new PubAckPacket(secondPacket.PacketIdentifier, MqttReasonCode.NoMatchingSubscribers), cancellationToken);

        Assert.That(await second, Is.EqualTo(MqttReasonCode.NoMatchingSubscribers));
        Assert.That(first.IsCompleted, Is.False);
        await peer.SendAsync(new PubAckPacket(firstPacket.PacketIdentifier), cancellationToken);
        Assert.That(await first, Is.EqualTo(MqttReasonCode.Success));
    }

    [Test]
    public async Task Quality_of_service_0_ends_when_written(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;

        var reasonCode = await test.Client.PublishAsync(ClientUnderTest.Message("fire", MqttQualityOfService.AtMostOnce), cancellationToken);

        Assert.That(reasonCode, Is.EqualTo(MqttReasonCode.Success));
        Assert.That((await peer.ReceiveAsync<PublishPacket>(cancellationToken)).PacketIdentifier, Is.Zero);
    }

    [Test]
    public async Task Without_a_connection_it_is_not_sent(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        await using var test = Create(server.Endpoint);

        await ExpectNotSentAsync(test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken), MqttNotSentReason.NotConnected);
    }

    [Test]
    public async Task An_acknowledgement_that_never_comes_is_an_unknown_outcome(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { PublishTimeout = TimeSpan.FromSeconds(5) });
        await using var client = test;
        var publishing = test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken);
        await peer.ReceiveAsync<PublishPacket>(cancellationToken);

        test.Clock.Advance(TimeSpan.FromSeconds(5));

        await ExpectUnknownAsync(publishing, "no acknowledgement within 5 s");
    }

    [Test]
    public async Task A_late_acknowledgement_frees_its_place_and_disturbs_nobody(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        var late = test.Client.PublishAsync(ClientUnderTest.Message("late"), cancellationToken);
        var latePacket = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        test.Clock.Advance(TimeSpan.FromSeconds(10));
        await ExpectUnknownAsync(late, "no acknowledgement");
        Assert.That(test.Client.InFlight, Is.EqualTo(1), "The server may still acknowledge it");

        var next = test.Client.PublishAsync(ClientUnderTest.Message("next"), cancellationToken);
        var nextPacket = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        await peer.SendAsync(new PubAckPacket(latePacket.PacketIdentifier, MqttReasonCode.QuotaExceeded), cancellationToken);
        await peer.SendAsync(new PubAckPacket(nextPacket.PacketIdentifier), cancellationToken);

        Assert.That(nextPacket.PacketIdentifier, Is.Not.EqualTo(latePacket.PacketIdentifier));
        Assert.That(await next, Is.EqualTo(MqttReasonCode.Success));
        Assert.That(test.Client.InFlight, Is.Zero);
    }

    [Test]
    public async Task Cancelled_after_it_left_it_is_an_unknown_outcome(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        using var giveUp = new CancellationTokenSource();
        var publishing = test.Client.PublishAsync(ClientUnderTest.Message(), giveUp.Token);
        await peer.ReceiveAsync<PublishPacket>(cancellationToken);

        await giveUp.CancelAsync();

        await ExpectUnknownAsync(publishing, "the caller cancelled");
    }

    [Test]
    public async Task Cancelled_before_its_turn_it_is_not_sent_and_never_will_be(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { MaximumInFlight = 1 });
        await using var client = test;
        using var giveUp = new CancellationTokenSource();
        var first = test.Client.PublishAsync(ClientUnderTest.Message("first"), cancellationToken);
        var second = test.Client.PublishAsync(ClientUnderTest.Message("second"), giveUp.Token);
        var third = test.Client.PublishAsync(ClientUnderTest.Message("third"), cancellationToken);

        await giveUp.CancelAsync();

        await ExpectNotSentAsync(second, MqttNotSentReason.Cancelled);
        Assert.That(await AcknowledgeAsync(peer, cancellationToken), Is.EqualTo("first"));
        Assert.That(await AcknowledgeAsync(peer, cancellationToken), Is.EqualTo("third"));
        await first;
        await third;
    }

    [Test]
    public async Task Cancelled_before_the_call_it_is_not_sent(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, _) = await ConnectAsync(server, cancellationToken);
        await using var client = test;

        await ExpectNotSentAsync(test.Client.PublishAsync(ClientUnderTest.Message(), new CancellationToken(canceled: true)), MqttNotSentReason.Cancelled);
        Assert.That(test.Client.InFlight, Is.Zero);
    }

    [Test]
    public async Task Its_turn_not_coming_in_time_is_not_sent(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { MaximumInFlight = 2 });
        await using var client = test;
        var sent = test.Client.PublishAsync(ClientUnderTest.Message("sent"), cancellationToken);
        var sentToo = test.Client.PublishAsync(ClientUnderTest.Message("sent too"), cancellationToken);
        var waiting = test.Client.PublishAsync(ClientUnderTest.Message("waiting"), cancellationToken);
        await AcknowledgeAsync(peer, cancellationToken, answer: false);
        Assert.That(await AcknowledgeAsync(peer, cancellationToken), Is.EqualTo("sent too"));
        Assert.That(await AcknowledgeAsync(peer, cancellationToken, answer: false), Is.EqualTo("waiting"));
        var waitingStill = test.Client.PublishAsync(ClientUnderTest.Message("waiting still"), cancellationToken);

        test.Clock.Advance(TimeSpan.FromSeconds(10));

        await sentToo;
        await ExpectUnknownAsync(sent, "no acknowledgement");
        await ExpectUnknownAsync(waiting, "no acknowledgement");
        await ExpectNotSentAsync(waitingStill, MqttNotSentReason.Timeout);
    }

    [TestCase(1, 100, 1)]
    [TestCase(100, 3, 3)]
    [TestCase(2, 2, 2)]
    public async Task No_more_are_on_their_way_than_either_side_allows(int ours, int servers, int expected, CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var connAck = new ConnAckPacket { ReasonCode = MqttReasonCode.Success, ReceiveMaximum = (ushort)servers };
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { MaximumInFlight = ours }, connAck);
        await using var client = test;

        var publishes = Enumerable.Range(0, 20).Select(i => test.Client.PublishAsync(ClientUnderTest.Message($"{i}"), cancellationToken).AsTask()).ToList();

        Assert.That(test.Client.InFlight, Is.EqualTo(expected));
        for (var i = 0; i < publishes.Count; i++)
        {
            Assert.That(await AcknowledgeAsync(peer, cancellationToken), Is.EqualTo($"{i}"));
            Assert.That(test.Client.InFlight, Is.LessThanOrEqualTo(expected));
        }
        Assert.That(await Task.WhenAll(publishes), Is.All.EqualTo(MqttReasonCode.Success));
    }

    [Test]
    public async Task A_full_queue_refuses_at_once(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { MaximumInFlight = 1, MaximumQueued = 2 });
        await using var client = test;
        var publishes = Enumerable.Range(0, 3).Select(i => test.Client.PublishAsync(ClientUnderTest.Message($"{i}"), cancellationToken).AsTask()).ToList();

        await ExpectNotSentAsync(test.Client.PublishAsync(ClientUnderTest.Message("3"), cancellationToken), MqttNotSentReason.QueueFull);

        for (var i = 0; i < publishes.Count; i++)
            Assert.That(await AcknowledgeAsync(peer, cancellationToken), Is.EqualTo($"{i}"));
        await Task.WhenAll(publishes);
    }

    [Test]
    public async Task Limits_of_the_server_are_kept(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var connAck = new ConnAckPacket
        {
            ReasonCode = MqttReasonCode.Success,
            MaximumQualityOfService = MqttQualityOfService.AtMostOnce,
            RetainAvailable = false,
            MaximumPacketSize = 100,
            WildcardSubscriptionAvailable = false,
            SharedSubscriptionAvailable = false,
        };
        var (test, peer) = await ConnectAsync(server, cancellationToken, connAck: connAck);
        await using var client = test;
        var message = ClientUnderTest.Message("x", MqttQualityOfService.AtMostOnce);

        await ExpectNotSentAsync(test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken), MqttNotSentReason.NotSupported);
        await ExpectNotSentAsync(test.Client.PublishAsync(message with { QualityOfService = MqttQualityOfService.ExactlyOnce }, cancellationToken), MqttNotSentReason.NotSupported);
        await ExpectNotSentAsync(test.Client.PublishAsync(message with { Retain = true }, cancellationToken), MqttNotSentReason.NotSupported);
        await ExpectNotSentAsync(test.Client.PublishAsync(message with { Payload = new byte[100] }, cancellationToken), MqttNotSentReason.TooLarge);
        Assert.That(() => test.Client.SubscribeAsync([new("#", 0)], cancellationToken), Throws.TypeOf<MqttNotSentException>().With.Message.Contains("wildcard"));
        Assert.That(() => test.Client.SubscribeAsync([new("$share/g/a", 0)], cancellationToken), Throws.TypeOf<MqttNotSentException>().With.Message.Contains("shared"));
        await test.Client.PublishAsync(message, cancellationToken);
        Assert.That(await peer.ReceiveAsync<PublishPacket>(cancellationToken), Is.Not.Null);
    }

    [TestCaseSource(nameof(BadTopics))]
    public async Task A_message_that_breaks_the_protocol_is_refused_and_takes_no_place(string topic, CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;

        Assert.That(
            () => test.Client.PublishAsync(ClientUnderTest.Message() with { Topic = topic }, cancellationToken).AsTask(), Throws.TypeOf<MqttProtocolException>());

        Assert.That(test.Client.InFlight, Is.Zero);
        var publishing = test.Client.PublishAsync(ClientUnderTest.Message("good"), cancellationToken);
        Assert.That(await AcknowledgeAsync(peer, cancellationToken), Is.EqualTo("good"));
        await publishing;
    }

    [Test]
    public async Task When_the_connection_dies_what_left_is_unknown_and_what_waited_was_not_sent(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { MaximumInFlight = 1 });
        await using var client = test;
        var left = test.Client.PublishAsync(ClientUnderTest.Message("left"), cancellationToken);
        var waited = test.Client.PublishAsync(ClientUnderTest.Message("waited"), cancellationToken);
        await peer.ReceiveAsync<PublishPacket>(cancellationToken);

        peer.Reset();

        await ExpectUnknownAsync(left, "connection was lost");
        await ExpectNotSentAsync(waited, MqttNotSentReason.NotConnected);
        Assert.That(test.Client.InFlight, Is.Zero);
    }

    [Test]
    public async Task A_server_that_acknowledges_nothing_any_more_is_left(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { MaximumInFlight = 3 });
        await using var client = test;
        var publishes = Enumerable.Range(0, 3).Select(_ => test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken).AsTask()).ToList();
        for (var i = 0; i < publishes.Count; i++)
            await peer.ReceiveAsync<PublishPacket>(cancellationToken);

        test.Clock.Advance(TimeSpan.FromSeconds(10));

        var change = await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken);
        Assert.That(change.Cause, Is.EqualTo("The server left 3 publishes unacknowledged, as many as may be on their way"));
        foreach (var publish in publishes)
            await ExpectUnknownAsync(new ValueTask<MqttReasonCode>(publish), "no acknowledgement");
        Assert.That((await peer.ReceiveAsync<DisconnectPacket>(cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.ImplementationSpecificError));
    }

    [Test]
    public async Task Many_publishers_at_once_share_few_sends_and_lose_nothing(CancellationToken cancellationToken)
    {
        const int publishers = 50;
        const int each = 100;
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;

        var publishing = Enumerable.Range(0, publishers).Select(publisher => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
                Assert.That(await test.Client.PublishAsync(ClientUnderTest.Message($"{publisher}:{i}"), cancellationToken), Is.EqualTo(MqttReasonCode.Success));
        }, cancellationToken)).ToList();
        var received = new HashSet<string>();
        for (var i = 0; i < publishers * each; i++)
            Assert.That(received.Add(await AcknowledgeAsync(peer, cancellationToken)), Is.True);

        await Task.WhenAll(publishing);
        Assert.That(test.Client.InFlight, Is.Zero);
    }

    private static IEnumerable<TestCaseData> BadTopics() =>
    [
        new TestCaseData("a/+").SetArgDisplayNames("wildcard"),
        new TestCaseData("").SetArgDisplayNames("empty"),
        new TestCaseData("a\0").SetArgDisplayNames("U+0000"),
        new TestCaseData("a\uD800").SetArgDisplayNames("half a surrogate pair"),
    ];

    private static async Task<string> AcknowledgeAsync(ScriptedPeer peer, CancellationToken cancellationToken, bool answer = true)
    {
        var packet = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        if (answer)
            await peer.SendAsync(new PubAckPacket(packet.PacketIdentifier), cancellationToken);
        return Encoding.UTF8.GetString(packet.Message.Payload.Span);
    }

    private static async Task ExpectNotSentAsync(ValueTask<MqttReasonCode> publishing, MqttNotSentReason reason)
    {
        var task = publishing.AsTask();
        await Task.WhenAny(task);
        Assert.That(() => task, Throws.TypeOf<MqttNotSentException>().With.Property(nameof(MqttNotSentException.Reason)).EqualTo(reason));
    }

    private static async Task ExpectUnknownAsync(ValueTask<MqttReasonCode> publishing, string cause)
    {
        var task = publishing.AsTask();
        await Task.WhenAny(task);
        Assert.That(() => task, Throws.TypeOf<MqttOutcomeUnknownException>().With.Message.Contains(cause));
    }
}
