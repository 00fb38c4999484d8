using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt.Tests.Client;

[CancelAfter(20_000)]
internal sealed class KeepAliveTests(bool dedicatedThread) : ClientTests(dedicatedThread)
{
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(30 * 0.75);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    [Test]
    public async Task An_idle_connection_is_pinged_before_the_keep_alive_ends(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAliveAsync(server, cancellationToken);
        await using var client = test;

        await test.PassWaitAsync(PingAfter, cancellationToken);
        for (var i = 0; i < 3; i++)
        {
            await AnswerAsync(test, peer, cancellationToken);
            // The client looks whether it is answered, and then waits for the rest of the time.
            test.Clock.Advance(PingTimeout);
            await test.PassWaitAsync(PingAfter - PingTimeout, cancellationToken);
        }
        await AnswerAsync(test, peer, cancellationToken);

        Assert.That(test.Client.State, Is.EqualTo(MqttClientState.Connected));
    }

    [Test]
    public async Task A_server_that_does_not_answer_is_dead(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAliveAsync(server, cancellationToken);
        await using var client = test;

        await test.PassWaitAsync(PingAfter, cancellationToken);
        await peer.ReceiveAsync<PingReqPacket>(cancellationToken);
        await test.PassWaitAsync(PingTimeout, cancellationToken);

        var change = await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken);
        Assert.That(change.Cause, Is.EqualTo("The server is dead: nothing came within 10 s after PINGREQ"));
        Assert.That((await peer.ReceiveAsync<DisconnectPacket>(cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.KeepAliveTimeout));
    }

    [Test]
    public async Task A_server_that_is_doubted_is_asked_at_once(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAliveAsync(server, cancellationToken);
        await using var client = test;

        test.Clock.Advance(TimeSpan.FromSeconds(1));
        test.Client.Probe();
        await peer.ReceiveAsync<PingReqPacket>(cancellationToken);
        await test.PassWaitAsync(PingTimeout, cancellationToken);

        Assert.That((await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.KeepAliveTimeout));
    }

    [Test]
    public async Task A_server_that_leaves_a_publish_unanswered_is_asked_and_dead_when_it_says_nothing(CancellationToken cancellationToken)
    {
        var probeAfter = TimeSpan.FromSeconds(2);
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(
            server, cancellationToken,
            options => options with { KeepAlive = TimeSpan.FromSeconds(30), PingTimeout = PingTimeout, PublishTimeout = TimeSpan.FromSeconds(60), ProbeAfter = probeAfter });
        await using var client = test;
        var first = test.Client.PublishAsync(ClientUnderTest.Message("first"), cancellationToken).AsTask();
        var packet = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        await test.Clock.WaitForTimerAsync(probeAfter, cancellationToken);
        test.Clock.Advance(probeAfter / 2);
        await peer.SendAsync(new PubAckPacket(packet.PacketIdentifier), cancellationToken);
        await first;
        var second = test.Client.PublishAsync(ClientUnderTest.Message("second"), cancellationToken).AsTask();
        await peer.ReceiveAsync<PublishPacket>(cancellationToken);

        // The first one's time is over, not the second's.
        test.Clock.Advance(probeAfter / 2);
        await test.PassWaitAsync(probeAfter / 2, cancellationToken);
        await peer.ReceiveAsync<PingReqPacket>(cancellationToken);
        await peer.SendAsync(new PingRespPacket(), cancellationToken);
        await peer.SendAsync(new PublishPacket { Message = ClientUnderTest.Message("read after it", MqttQualityOfService.AtMostOnce) }, cancellationToken);
        await test.Messages.ReadAsync(cancellationToken);
        // It is there, and is asked again as long as it says nothing of the publish.
        await test.PassWaitAsync(probeAfter, cancellationToken);
        await peer.ReceiveAsync<PingReqPacket>(cancellationToken);
        await test.PassWaitAsync(PingTimeout, cancellationToken);

        Assert.That((await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.KeepAliveTimeout));
        Assert.That(async () => await second, Throws.TypeOf<MqttOutcomeUnknownException>());
    }

    [Test]
    public async Task The_server_sets_the_keep_alive(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var connAck = new ConnAckPacket { ReasonCode = MqttReasonCode.Success, ServerKeepAlive = 8 };
        var (test, peer) = await ConnectAliveAsync(server, cancellationToken, connAck);
        await using var client = test;

        await test.PassWaitAsync(TimeSpan.FromSeconds(6), cancellationToken);

        await peer.ReceiveAsync<PingReqPacket>(cancellationToken);
    }

    [Test]
    public async Task A_short_keep_alive_is_kept_while_an_answer_is_awaited(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var connAck = new ConnAckPacket { ReasonCode = MqttReasonCode.Success, ServerKeepAlive = 4 };
        var (test, peer) = await ConnectAliveAsync(server, cancellationToken, connAck);
        await using var client = test;

        for (var i = 0; i < 3; i++)
        {
            await test.PassWaitAsync(TimeSpan.FromSeconds(3), cancellationToken);
            await peer.ReceiveAsync<PingReqPacket>(cancellationToken);
        }

        Assert.That(test.Client.State, Is.EqualTo(MqttClientState.Connected));
    }

    [Test]
    public async Task A_connection_that_only_receives_is_pinged_too(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAliveAsync(server, cancellationToken);
        await using var client = test;
        await test.Clock.WaitForTimerAsync(PingAfter, cancellationToken);

        test.Clock.Advance(TimeSpan.FromSeconds(20));
        await peer.SendAsync(new PublishPacket { Message = ClientUnderTest.Message("x", MqttQualityOfService.AtMostOnce) }, cancellationToken);
        await test.Messages.ReadAsync(cancellationToken);
        test.Clock.Advance(PingAfter - TimeSpan.FromSeconds(20));

        await peer.ReceiveAsync<PingReqPacket>(cancellationToken);
    }

    [Test]
    public async Task A_connection_that_only_sends_is_pinged_too(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAliveAsync(server, cancellationToken);
        await using var client = test;
        await test.Clock.WaitForTimerAsync(PingAfter, cancellationToken);

        test.Clock.Advance(TimeSpan.FromSeconds(20));
        await test.Client.PublishAsync(ClientUnderTest.Message("x", MqttQualityOfService.AtMostOnce), cancellationToken);
        await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        test.Clock.Advance(PingAfter - TimeSpan.FromSeconds(20));

        await peer.ReceiveAsync<PingReqPacket>(cancellationToken);
    }

    [Test]
    public async Task A_silent_server_is_asked_sooner_than_the_keep_alive_says_and_dead_when_it_does_not_answer(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAliveAsync(server, cancellationToken, silence: Silence);
        await using var client = test;

        await test.PassWaitAsync(Silence, cancellationToken);
        for (var i = 0; i < 3; i++)
        {
            await AnswerAsync(test, peer, cancellationToken, looksAfter: Silence);
            test.Clock.Advance(Silence);
        }
        await peer.ReceiveAsync<PingReqPacket>(cancellationToken);
        // It looks three times whether it is answered, and a last time when that is too late.
        for (var i = 0; i < 3; i++)
            await test.PassWaitAsync(Silence, cancellationToken);
        Assert.That(test.Client.State, Is.EqualTo(MqttClientState.Connected));
        await test.PassWaitAsync(PingTimeout - (3 * Silence), cancellationToken);

        Assert.That((await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.KeepAliveTimeout));
    }

    [Test]
    public async Task A_silent_server_is_asked_even_while_it_is_sent_to_and_the_keep_alive_is_off(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { PingAfterSilence = Silence });
        await using var client = test;
        await test.Clock.WaitForTimerAsync(Silence, cancellationToken);

        test.Clock.Advance(Silence / 2);
        await test.Client.PublishAsync(ClientUnderTest.Message("x", MqttQualityOfService.AtMostOnce), cancellationToken);
        await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        test.Clock.Advance(Silence / 2);

        await peer.ReceiveAsync<PingReqPacket>(cancellationToken);
    }

    [Test]
    public async Task A_server_that_says_something_is_not_asked(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAliveAsync(server, cancellationToken, silence: Silence);
        await using var client = test;
        await test.Clock.WaitForTimerAsync(Silence, cancellationToken);

        test.Clock.Advance(Silence / 2);
        await peer.SendAsync(new PublishPacket { Message = ClientUnderTest.Message("x", MqttQualityOfService.AtMostOnce) }, cancellationToken);
        await test.Messages.ReadAsync(cancellationToken);
        test.Clock.Advance(Silence / 2);
        await test.Clock.WaitForTimerAsync(Silence / 2, cancellationToken);
        await test.Client.PublishAsync(ClientUnderTest.Message("y", MqttQualityOfService.AtMostOnce), cancellationToken);

        Assert.That(await peer.ReceiveAsync(cancellationToken), Is.TypeOf<PublishPacket>(), "and no PINGREQ before it");
    }

    [Test]
    public async Task Keep_alive_0_never_pings(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;

        test.Clock.Advance(TimeSpan.FromDays(1));
        await test.Client.PublishAsync(ClientUnderTest.Message("x", MqttQualityOfService.AtMostOnce), cancellationToken);

        Assert.That(await peer.ReceiveAsync(cancellationToken), Is.TypeOf<PublishPacket>());
    }

    /// <summary>Answers a ping once the client waits for that; the message behind the answer shows when the client has read it.</summary>
    private static async Task AnswerAsync(ClientUnderTest test, ScriptedPeer peer, CancellationToken cancellationToken, TimeSpan? looksAfter = null)
    {
        await peer.ReceiveAsync<PingReqPacket>(cancellationToken);
        await test.Clock.WaitForTimerAsync(looksAfter ?? PingTimeout, cancellationToken);
        await peer.SendAsync(new PingRespPacket(), cancellationToken);
        await peer.SendAsync(new PublishPacket { Message = ClientUnderTest.Message("x", MqttQualityOfService.AtMostOnce) }, cancellationToken);
        await test.Messages.ReadAsync(cancellationToken);
    }

    private Task<(ClientUnderTest Test, ScriptedPeer Peer)> ConnectAliveAsync(
        ScriptedServer server, CancellationToken cancellationToken, ConnAckPacket? connAck = null, TimeSpan? silence = null) =>
        ConnectAsync(server, cancellationToken, options => options with { KeepAlive = TimeSpan.FromSeconds(30), PingAfterSilence = silence }, connAck);
}
