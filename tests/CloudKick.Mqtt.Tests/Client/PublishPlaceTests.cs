using System.Collections.Concurrent;
using System.Text;
using CloudKick.Mqtt.Packets;
using CloudKick.Testing;

namespace CloudKick.Mqtt.Tests.Client;

/// <summary>A place among the unacknowledged that is taken before the message is there.</summary>
[CancelAfter(20_000)]
internal sealed class PublishPlaceTests(bool dedicatedThread) : ClientTests(dedicatedThread)
{
    [Test]
    public async Task A_place_keeps_others_waiting_until_it_is_used_or_given_back(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await OneAtATimeAsync(server, cancellationToken);
        await using var client = test;
        var place = await test.Client.TakePlaceAsync(cancellationToken);
        var waiting = test.Client.PublishAsync(ClientUnderTest.Message("waiting"), cancellationToken).AsTask();

        var first = test.Client.PublishAsync(ClientUnderTest.Message("first"), place, cancellationToken);

        Assert.That(await AcknowledgeAsync(peer, cancellationToken), Is.EqualTo("first"));
        Assert.That(await AcknowledgeAsync(peer, cancellationToken), Is.EqualTo("waiting"));
        Assert.That((await first, await waiting), Is.EqualTo((MqttReasonCode.Success, MqttReasonCode.Success)));
        using (await test.Client.TakePlaceAsync(cancellationToken))
            waiting = test.Client.PublishAsync(ClientUnderTest.Message("after it was given back"), cancellationToken).AsTask();
        Assert.That(await AcknowledgeAsync(peer, cancellationToken), Is.EqualTo("after it was given back"));
        await waiting;
    }

    [Test]
    public async Task A_place_comes_in_turn_and_its_message_leaves_at_once(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await OneAtATimeAsync(server, cancellationToken);
        await using var client = test;
        var first = test.Client.PublishAsync(ClientUnderTest.Message("first"), cancellationToken);
        var taking = test.Client.TakePlaceAsync(cancellationToken).AsTask();
        var last = test.Client.PublishAsync(ClientUnderTest.Message("last"), cancellationToken);
        Assert.That(taking.IsCompleted, Is.False);

        Assert.That(await AcknowledgeAsync(peer, cancellationToken), Is.EqualTo("first"));
        var second = test.Client.PublishAsync(ClientUnderTest.Message("second"), await taking, cancellationToken);

        Assert.That(await AcknowledgeAsync(peer, cancellationToken), Is.EqualTo("second"));
        Assert.That(await AcknowledgeAsync(peer, cancellationToken), Is.EqualTo("last"));
        Assert.That((await first, await second, await last), Is.EqualTo((MqttReasonCode.Success, MqttReasonCode.Success, MqttReasonCode.Success)));
        Assert.That(test.Client.InFlight, Is.Zero);
    }

    [Test]
    public async Task Whoever_gives_up_waiting_for_a_place_leaves_it_to_the_others(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await OneAtATimeAsync(server, cancellationToken);
        await using var client = test;
        using var giveUp = new CancellationTokenSource();
        var first = test.Client.PublishAsync(ClientUnderTest.Message("first"), cancellationToken);
        var taking = test.Client.TakePlaceAsync(giveUp.Token).AsTask();
        var next = test.Client.PublishAsync(ClientUnderTest.Message("next"), cancellationToken);

        await giveUp.CancelAsync();

        Assert.That(async () => await taking, Throws.TypeOf<MqttNotSentException>().With.Property("Reason").EqualTo(MqttNotSentReason.Cancelled));
        Assert.That(await AcknowledgeAsync(peer, cancellationToken), Is.EqualTo("first"));
        Assert.That(await AcknowledgeAsync(peer, cancellationToken), Is.EqualTo("next"));
        Assert.That((await first, await next), Is.EqualTo((MqttReasonCode.Success, MqttReasonCode.Success)));
    }

    [Test]
    public async Task A_place_ends_with_its_connection_and_whoever_waits_for_one_is_told(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await OneAtATimeAsync(server, cancellationToken);
        await using var client = test;
        var old = await test.Client.TakePlaceAsync(cancellationToken);
        var taking = test.Client.TakePlaceAsync(cancellationToken).AsTask();

        var accepting = server.AcceptMqttAsync(cancellationToken);
        peer.Reset();
        Assert.That(async () => await taking, Throws.TypeOf<MqttNotSentException>().With.Property("Reason").EqualTo(MqttNotSentReason.NotConnected));
        await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken);
        await test.PassWaitAsync(TimeSpan.FromSeconds(1), cancellationToken);
        var next = await accepting;
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);

        Assert.That(
            () => test.Client.PublishAsync(ClientUnderTest.Message("on the old place"), old, cancellationToken).AsTask(),
            Throws.TypeOf<MqttNotSentException>().With.Property("Reason").EqualTo(MqttNotSentReason.NotConnected));
        old.Dispose();
        var publishing = test.Client.PublishAsync(ClientUnderTest.Message("new"), await test.Client.TakePlaceAsync(cancellationToken), cancellationToken);
        Assert.That(await AcknowledgeAsync(next, cancellationToken), Is.EqualTo("new"));
        await publishing;
    }

    [Test]
    public async Task A_place_is_used_once_and_is_free_when_its_message_is_refused(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await OneAtATimeAsync(server, cancellationToken);
        await using var client = test;
        var place = await test.Client.TakePlaceAsync(cancellationToken);

        Assert.That(
            () => test.Client.PublishAsync(ClientUnderTest.Message("x", MqttQualityOfService.AtMostOnce), place, cancellationToken).AsTask(),
            Throws.TypeOf<MqttNotSentException>().With.Property("Reason").EqualTo(MqttNotSentReason.NotSupported));
        Assert.That(() => test.Client.PublishAsync(ClientUnderTest.Message(), place, cancellationToken).AsTask(), Throws.InvalidOperationException);
        var cancelled = await test.Client.TakePlaceAsync(cancellationToken);
        Assert.That(
            () => test.Client.PublishAsync(ClientUnderTest.Message(), cancelled, new CancellationToken(canceled: true)).AsTask(),
            Throws.TypeOf<MqttNotSentException>().With.Property("Reason").EqualTo(MqttNotSentReason.Cancelled));
        var misspelt = await test.Client.TakePlaceAsync(cancellationToken);
        var publishing = test.Client.PublishAsync(ClientUnderTest.Message("good"), cancellationToken).AsTask();
        Assert.That(
            () => test.Client.PublishAsync(ClientUnderTest.Message() with { Topic = "a/+" }, misspelt, cancellationToken).AsTask(), Throws.TypeOf<MqttProtocolException>());

        Assert.That(await AcknowledgeAsync(peer, cancellationToken), Is.EqualTo("good"));
        await publishing;
    }

    [Test]
    public async Task A_place_says_once_when_nothing_can_arrive_on_it_any_more(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        var freed = new ConcurrentQueue<(string Place, bool Acknowledged)>();

        (await TakeAsync("given back")).Dispose();
        var refused = await TakeAsync("refused");
        Assert.That(
            () => test.Client.PublishAsync(ClientUnderTest.Message(), refused, new CancellationToken(canceled: true)).AsTask(), Throws.TypeOf<MqttNotSentException>());
        refused.Dispose();
        Assert.That(freed, Is.EqualTo([("given back", false), ("refused", false)]));

        // Its publisher gives up, and it may arrive all the same; the acknowledgement comes late.
        using var giveUp = new CancellationTokenSource();
        var late = test.Client.PublishAsync(ClientUnderTest.Message(), await TakeAsync("late"), giveUp.Token).AsTask();
        var packet = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        await giveUp.CancelAsync();
        Assert.That(async () => await late, Throws.TypeOf<MqttOutcomeUnknownException>());
        Assert.That(freed, Has.Count.EqualTo(2));
        await peer.SendAsync(new PubAckPacket(packet.PacketIdentifier), cancellationToken);
        await Eventually.HoldsAsync(() => freed.Count == 3, cancellationToken);
        Assert.That(freed.Last(), Is.EqualTo(("late", true)));

        var place = await TakeAsync("of a connection that ended");
        var lost = test.Client.PublishAsync(ClientUnderTest.Message(), place, cancellationToken).AsTask();
        await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        Assert.That(freed, Has.Count.EqualTo(3));
        peer.Reset();
        Assert.That(async () => await lost, Throws.TypeOf<MqttOutcomeUnknownException>());
        place.Dispose();
        Assert.That(freed.Skip(3), Is.EqualTo([("of a connection that ended", false)]));

        async Task<MqttPublishPlace> TakeAsync(string name)
        {
            var taken = await test.Client.TakePlaceAsync(cancellationToken);
            taken.Freed = acknowledged => freed.Enqueue((name, acknowledged));
            return taken;
        }
    }

    private Task<(ClientUnderTest Test, ScriptedPeer Peer)> OneAtATimeAsync(ScriptedServer server, CancellationToken cancellationToken) =>
        ConnectAsync(server, cancellationToken, options => options with { MaximumInFlight = 1 });

    private static async Task<string> AcknowledgeAsync(ScriptedPeer peer, CancellationToken cancellationToken)
    {
        var packet = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        await peer.SendAsync(new PubAckPacket(packet.PacketIdentifier), cancellationToken);
        return Encoding.UTF8.GetString(packet.Message.Payload.Span);
    }
}
