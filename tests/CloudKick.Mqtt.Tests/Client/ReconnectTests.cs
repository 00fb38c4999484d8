using CloudKick.Mqtt.Packets;
using CloudKick.Testing;

namespace CloudKick.Mqtt.Tests.Client;

[CancelAfter(20_000)]
internal sealed class ReconnectTests(bool dedicatedThread) : ClientTests(dedicatedThread)
{
    [Test]
    public async Task Attempts_that_fail_come_less_and_less_often(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        await using var test = Create(server.Endpoint);
        test.Client.Start();

        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            await (await server.AcceptAsync(cancellationToken)).CloseAsync();
            Assert.That((await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken)).Cause, Does.Contain("closed before CONNACK"));
            await test.PassWaitAsync(TimeSpan.FromSeconds(seconds), cancellationToken);
        }
        await server.AcceptMqttAsync(cancellationToken);
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);
    }

    [Test]
    public async Task A_refused_client_asks_less_often_than_one_that_cannot_be_served_now(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        await using var test = Create(server.Endpoint);
        test.Client.Start();

        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 64, 120, 120 })
        {
            await server.AcceptMqttAsync(cancellationToken, new ConnAckPacket { ReasonCode = MqttReasonCode.NotAuthorized });
            Assert.That((await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken)).IsRefusal, Is.True);
            await test.PassWaitAsync(TimeSpan.FromSeconds(seconds), cancellationToken);
        }
    }

    [Test]
    public async Task Asked_to_a_client_connects_anew_but_not_within_a_second(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);

        test.Client.Reconnect();

        Assert.That((await peer.ReceiveAsync<DisconnectPacket>(cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.Success));
        await test.PassWaitAsync(TimeSpan.FromSeconds(1), cancellationToken);
        await server.AcceptMqttAsync(cancellationToken);
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);
    }

    [Test]
    public async Task Asked_to_a_client_that_waits_for_long_tries_soon(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        await using var test = Create(server.Endpoint);
        test.Client.Start();
        foreach (var seconds in new[] { 1, 2, 4 })
        {
            await (await server.AcceptAsync(cancellationToken)).CloseAsync();
            await test.PassWaitAsync(TimeSpan.FromSeconds(seconds), cancellationToken);
        }
        await (await server.AcceptAsync(cancellationToken)).CloseAsync();
        await test.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(8), cancellationToken);

        test.Client.Reconnect();
        await test.PassWaitAsync(TimeSpan.FromSeconds(1), cancellationToken);

        await server.AcceptMqttAsync(cancellationToken);
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);
    }

    [Test]
    public async Task Being_let_in_and_thrown_out_makes_no_storm(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        await using var test = Create(server.Endpoint);
        test.Client.Start();

        foreach (var seconds in new[] { 1, 2, 4, 8 })
        {
            var peer = await server.AcceptMqttAsync(cancellationToken);
            await test.WhenAsync(MqttClientState.Connected, cancellationToken);
            await peer.SendAsync(new DisconnectPacket { ReasonCode = MqttReasonCode.NotAuthorized }, cancellationToken);
            Assert.That((await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.NotAuthorized));
            await test.PassWaitAsync(TimeSpan.FromSeconds(seconds), cancellationToken);
        }

        // One that lived starts the waits anew.
        var good = await server.AcceptMqttAsync(cancellationToken);
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);
        test.Clock.Advance(TimeSpan.FromSeconds(10));
        await good.CloseAsync();
        await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken);
        await test.PassWaitAsync(TimeSpan.FromSeconds(1), cancellationToken);
        await server.AcceptMqttAsync(cancellationToken);
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);
    }

    [Test]
    public async Task A_failed_first_connection_is_not_retried_behind_the_callers_back(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        await using var test = Create(server.Endpoint);
        var connecting = test.Client.ConnectAsync(cancellationToken);
        await (await server.AcceptAsync(cancellationToken)).CloseAsync();

        Assert.That(() => connecting, Throws.TypeOf<MqttConnectException>());

        test.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.That(test.Client.State, Is.EqualTo(MqttClientState.Disconnected));
    }

    [Test]
    public async Task What_was_granted_is_subscribed_to_again_when_the_session_is_lost(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        await SubscribeAsync(test, peer, cancellationToken, new("a", MqttQualityOfService.AtLeastOnce) { NoLocal = true }, new("b/#", 0), new("c", 0));
        var unsubscribing = test.Client.UnsubscribeAsync(["c"], cancellationToken);
        var unsubscribe = await peer.ReceiveAsync<UnsubscribePacket>(cancellationToken);
        await peer.SendAsync(new UnsubAckPacket { PacketIdentifier = unsubscribe.PacketIdentifier, ReasonCodes = [MqttReasonCode.Success] }, cancellationToken);
        await unsubscribing;
        await peer.CloseAsync();

        var second = await ReconnectAsync(server, test, cancellationToken);
        var again = await second.GrantAsync(cancellationToken);
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);

        Assert.That(again.Subscriptions, Is.EquivalentTo(new MqttSubscription[]
        {
            new("a", MqttQualityOfService.AtLeastOnce) { NoLocal = true },
            new("b/#", 0),
        }));
    }

    [Test]
    public async Task What_was_answered_counts_for_the_next_connection_however_late_the_caller_goes_on(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        await SubscribeAsync(test, peer, cancellationToken, new("a", 0), new("b", 0));
        var callers = new HeldContext();
        var subscribing = callers.Run(() => test.Client.SubscribeAsync([new("c", 0)], cancellationToken));
        await peer.GrantAsync(cancellationToken);
        var unsubscribing = callers.Run(() => test.Client.UnsubscribeAsync(["b"], cancellationToken));
        var unsubscribe = await peer.ReceiveAsync<UnsubscribePacket>(cancellationToken);
        await peer.SendAsync(new UnsubAckPacket { PacketIdentifier = unsubscribe.PacketIdentifier, ReasonCodes = [MqttReasonCode.Success] }, cancellationToken);
        await peer.CloseAsync();

        var second = await ReconnectAsync(server, test, cancellationToken);
        var again = await second.GrantAsync(cancellationToken);

        Assert.That(again.Subscriptions.Select(asked => asked.TopicFilter), Is.EquivalentTo(new[] { "a", "c" }));
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);
        Assert.That(subscribing.IsCompleted || unsubscribing.IsCompleted, Is.False, "The callers were not late");
        callers.Release();
        Assert.That(await subscribing, Is.EqualTo(new[] { MqttReasonCode.Success }));
        Assert.That(await unsubscribing, Is.EqualTo(new[] { MqttReasonCode.Success }));
        Assert.That(test.Client.Subscriptions, Is.EquivalentTo(again.Subscriptions));
    }

    [Test]
    public async Task No_more_than_eight_filters_go_into_one_subscribe(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        await SubscribeAsync(test, peer, cancellationToken, [.. Enumerable.Range(0, 10).Select(i => new MqttSubscription($"{i}", 0))]);
        await peer.CloseAsync();

        var second = await ReconnectAsync(server, test, cancellationToken);

        Assert.That((await second.GrantAsync(cancellationToken)).Subscriptions, Has.Count.EqualTo(8));
        Assert.That((await second.GrantAsync(cancellationToken)).Subscriptions, Has.Count.EqualTo(2));
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);
    }

    [Test]
    public async Task A_subscription_refused_the_second_time_is_told_and_the_connection_stays(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        await SubscribeAsync(test, peer, cancellationToken, new MqttSubscription("a", 0));
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);
        await peer.CloseAsync();

        var second = await ReconnectAsync(server, test, cancellationToken);
        await AnswerAsync(second, cancellationToken, MqttReasonCode.NotAuthorized);

        var change = await test.WhenAsync(MqttClientState.Connected, cancellationToken);
        Assert.That(change.Cause, Does.EndWith("new session; subscription to a refused: NotAuthorized (0x87)"));
    }

    [Test]
    public async Task A_subscription_refused_the_second_time_is_gone_until_it_is_granted_again(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        MqttSubscription a = new("a", 0), b = new("b", 0);
        await SubscribeAsync(test, peer, cancellationToken, a, b);
        Assert.That(test.Client.Subscriptions, Is.EquivalentTo(new[] { a, b }));
        await peer.CloseAsync();

        var second = await ReconnectAsync(server, test, cancellationToken);
        await AnswerAsync(second, cancellationToken, MqttReasonCode.NotAuthorized, MqttReasonCode.Success);
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);
        Assert.That(test.Client.Subscriptions, Is.EqualTo(new[] { b }));

        await SubscribeAsync(test, second, cancellationToken, a);
        Assert.That(test.Client.Subscriptions, Is.EquivalentTo(new[] { a, b }));
    }

    [Test]
    public async Task What_a_new_session_was_refused_is_asked_for_when_it_is_resumed(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { SessionExpiryInterval = 600 });
        await using var client = test;
        await SubscribeAsync(test, peer, cancellationToken, new("a", 0), new("b", 0));
        await peer.CloseAsync();
        var second = await ReconnectAsync(server, test, cancellationToken);
        await AnswerAsync(second, cancellationToken, MqttReasonCode.NotAuthorized, MqttReasonCode.Success);
        await second.CloseAsync();

        var third = await ReconnectAsync(server, test, cancellationToken, sessionPresent: true, seconds: 2);

        Assert.That((await third.GrantAsync(cancellationToken)).Subscriptions.Select(asked => asked.TopicFilter), Is.EqualTo(new[] { "a" }));
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);
    }

    [Test]
    public async Task A_session_that_broke_before_it_was_subscribed_again_is_when_it_is_resumed(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { SessionExpiryInterval = 600 });
        await using var client = test;
        await SubscribeAsync(test, peer, cancellationToken, new MqttSubscription("a", 0));
        await peer.CloseAsync();
        var second = await ReconnectAsync(server, test, cancellationToken);
        await second.ReceiveAsync<SubscribePacket>(cancellationToken);
        Assert.That(test.Client.Subscriptions, Is.Empty);
        await second.CloseAsync();

        var third = await ReconnectAsync(server, test, cancellationToken, sessionPresent: true, seconds: 2);

        Assert.That((await third.GrantAsync(cancellationToken)).Subscriptions.Select(asked => asked.TopicFilter), Is.EqualTo(new[] { "a" }));
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);
    }

    [Test]
    public async Task A_server_that_does_not_answer_the_second_subscribe_is_left(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        await SubscribeAsync(test, peer, cancellationToken, new MqttSubscription("a", 0));
        await peer.CloseAsync();

        var second = await ReconnectAsync(server, test, cancellationToken);
        await second.ReceiveAsync<SubscribePacket>(cancellationToken);
        await test.PassWaitAsync(TimeSpan.FromSeconds(10), cancellationToken);

        Assert.That((await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken)).Cause, Does.Contain("Subscribing again failed"));
        Assert.That(test.Client.State, Is.EqualTo(MqttClientState.Reconnecting));
    }

    [Test]
    public async Task A_session_that_outlives_the_connection_is_asked_for_and_needs_no_subscribing(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { SessionExpiryInterval = 600 });
        await using var client = test;
        await SubscribeAsync(test, peer, cancellationToken, new MqttSubscription("a", 0));
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);
        Assert.That(peer.Connect.CleanStart, Is.True);
        await peer.CloseAsync();

        var second = await ReconnectAsync(server, test, cancellationToken, sessionPresent: true);
        var change = await test.WhenAsync(MqttClientState.Connected, cancellationToken);

        Assert.That(second.Connect.CleanStart, Is.False);
        Assert.That(change.Cause, Does.EndWith("session resumed"));
        await test.Client.PublishAsync(ClientUnderTest.Message("x", MqttQualityOfService.AtMostOnce), cancellationToken);
        Assert.That(await second.ReceiveAsync(cancellationToken), Is.TypeOf<PublishPacket>(), "and not SUBSCRIBE");
    }

    [Test]
    public async Task A_session_the_server_does_not_keep_is_not_asked_for(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var connAck = new ConnAckPacket { ReasonCode = MqttReasonCode.Success, SessionExpiryInterval = 0 };
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { SessionExpiryInterval = 600 }, connAck);
        await using var client = test;
        await peer.CloseAsync();

        var second = await ReconnectAsync(server, test, cancellationToken);

        Assert.That(second.Connect.CleanStart, Is.True);
    }

    [Test]
    public async Task An_assigned_client_id_is_kept(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var connAck = new ConnAckPacket { ReasonCode = MqttReasonCode.Success, AssignedClientIdentifier = "auto-7" };
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { ClientId = "" }, connAck);
        await using var client = test;
        await peer.CloseAsync();

        var second = await ReconnectAsync(server, test, cancellationToken);

        Assert.That(second.Connect.ClientIdentifier, Is.EqualTo("auto-7"));
    }

    [Test]
    public async Task Unacknowledged_messages_are_sent_again_on_a_resumed_session_if_asked_to(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectResendingAsync(server, cancellationToken);
        await using var client = test;
        var first = test.Client.PublishAsync(ClientUnderTest.Message("first"), cancellationToken).AsTask();
        var second = test.Client.PublishAsync(ClientUnderTest.Message("second"), cancellationToken).AsTask();
        var sent = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        peer.Reset();

        var resumed = await ReconnectAsync(server, test, cancellationToken, sessionPresent: true);
        var firstAgain = await resumed.ReceiveAsync<PublishPacket>(cancellationToken);
        var secondAgain = await resumed.ReceiveAsync<PublishPacket>(cancellationToken);
        await resumed.SendAsync(new PubAckPacket(firstAgain.PacketIdentifier), cancellationToken);
        await resumed.SendAsync(new PubAckPacket(secondAgain.PacketIdentifier), cancellationToken);

        Assert.That(firstAgain.Duplicate && secondAgain.Duplicate, Is.True);
        Assert.That(firstAgain.PacketIdentifier, Is.EqualTo(sent.PacketIdentifier));
        Assert.That(firstAgain.Message.Payload.ToArray(), Is.EqualTo("first"u8.ToArray()));
        Assert.That(await first, Is.EqualTo(MqttReasonCode.Success));
        Assert.That(await second, Is.EqualTo(MqttReasonCode.Success));
    }

    [Test]
    public async Task An_acknowledgement_right_behind_CONNACK_answers_what_was_sent_before(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectResendingAsync(server, cancellationToken);
        await using var client = test;
        var publishing = test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken).AsTask();
        var sent = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        peer.Reset();

        await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken);
        await test.PassWaitAsync(TimeSpan.FromSeconds(1), cancellationToken);
        var resumed = await server.AcceptAsync(cancellationToken);
        await resumed.ReceiveAsync<ConnectPacket>(cancellationToken);
        byte[] both =
        [
            .. PacketBytes.Encode(new ConnAckPacket { ReasonCode = MqttReasonCode.Success, SessionPresent = true }, MqttProtocolVersion.V5),
            .. PacketBytes.Encode(new PubAckPacket(sent.PacketIdentifier), MqttProtocolVersion.V5),
        ];
        await resumed.SendBytesAsync(both, cancellationToken);

        Assert.That(await publishing, Is.EqualTo(MqttReasonCode.Success));
        Assert.That(test.Client.InFlight, Is.Zero);
    }

    [Test]
    public async Task Without_the_session_they_end_as_unknown(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectResendingAsync(server, cancellationToken);
        await using var client = test;
        var publishing = test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken).AsTask();
        await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        peer.Reset();

        await ReconnectAsync(server, test, cancellationToken);

        Assert.That(() => publishing, Throws.TypeOf<MqttOutcomeUnknownException>().With.Message.Contains("no longer had the session"));
        Assert.That(test.Client.InFlight, Is.Zero);
    }

    [Test]
    public async Task They_end_as_unknown_when_their_time_is_over_before_the_connection_is_back(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectResendingAsync(server, cancellationToken);
        await using var client = test;
        var publishing = test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken).AsTask();
        await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        peer.Reset();
        await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken);

        test.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.That(() => publishing, Throws.TypeOf<MqttOutcomeUnknownException>());
    }

    [Test]
    public async Task Unless_asked_to_nothing_is_sent_again(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { SessionExpiryInterval = 600 });
        await using var client = test;
        var publishing = test.Client.PublishAsync(ClientUnderTest.Message("once"), cancellationToken).AsTask();
        await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        peer.Reset();
        Assert.That(() => publishing, Throws.TypeOf<MqttOutcomeUnknownException>());
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);

        var resumed = await ReconnectAsync(server, test, cancellationToken, sessionPresent: true);
        await test.WhenAsync(MqttClientState.Connected, cancellationToken);
        await test.Client.PublishAsync(ClientUnderTest.Message("other", MqttQualityOfService.AtMostOnce), cancellationToken);

        Assert.That((await resumed.ReceiveAsync<PublishPacket>(cancellationToken)).Message.Payload.ToArray(), Is.EqualTo("other"u8.ToArray()));
    }

    private Task<(ClientUnderTest Test, ScriptedPeer Peer)> ConnectResendingAsync(ScriptedServer server, CancellationToken cancellationToken) =>
        ConnectAsync(server, cancellationToken, options => options with { SessionExpiryInterval = 600, ResendUnacknowledged = true });

    private static async Task SubscribeAsync(
        ClientUnderTest test, ScriptedPeer peer, CancellationToken cancellationToken, params MqttSubscription[] subscriptions)
    {
        var subscribing = test.Client.SubscribeAsync(subscriptions, cancellationToken);
        await peer.GrantAsync(cancellationToken);
        await subscribing;
    }

    private static async Task AnswerAsync(ScriptedPeer peer, CancellationToken cancellationToken, params MqttReasonCode[] reasonCodes)
    {
        var subscribe = await peer.ReceiveAsync<SubscribePacket>(cancellationToken);
        await peer.SendAsync(new SubAckPacket { PacketIdentifier = subscribe.PacketIdentifier, ReasonCodes = reasonCodes }, cancellationToken);
    }

    private static async Task<ScriptedPeer> ReconnectAsync(
        ScriptedServer server, ClientUnderTest test, CancellationToken cancellationToken, bool sessionPresent = false, int seconds = 1)
    {
        await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken);
        await test.PassWaitAsync(TimeSpan.FromSeconds(seconds), cancellationToken);
        return await server.AcceptMqttAsync(cancellationToken, new ConnAckPacket { ReasonCode = MqttReasonCode.Success, SessionPresent = sessionPresent });
    }

    /// <summary>Whoever awaits something in it goes on when it is released, and not before.</summary>
    private sealed class HeldContext : SynchronizationContext
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public T Run<T>(Func<T> work)
        {
            var previous = Current;
            SetSynchronizationContext(this);
            try
            {
                return work();
            }
            finally
            {
                SetSynchronizationContext(previous);
            }
        }

        public void Release() => _released.SetResult();

        public override void Post(SendOrPostCallback d, object? state) =>
            _released.Task.ContinueWith(_ => d(state), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }
}
