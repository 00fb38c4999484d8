using System.Text;
using System.Threading.Channels;
using CloudKick.Mqtt.Packets;
using CloudKick.Testing;

namespace CloudKick.Mqtt.Tests.Client;

/// <summary>Subscribing, and messages from the server to the application.</summary>
[CancelAfter(20_000)]
internal sealed class IncomingTests(bool dedicatedThread) : ClientTests(dedicatedThread)
{
    [Test]
    public async Task Each_subscription_gets_its_reason_code(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;

        var subscribing = test.Client.SubscribeAsync([new("a", MqttQualityOfService.AtLeastOnce), new("b", 0)], cancellationToken);
        var subscribe = await peer.ReceiveAsync<SubscribePacket>(cancellationToken);
        MqttReasonCode[] reasonCodes = [MqttReasonCode.GrantedQoS1, MqttReasonCode.NotAuthorized];
        await peer.SendAsync(new SubAckPacket { PacketIdentifier = subscribe.PacketIdentifier, ReasonCodes = reasonCodes }, cancellationToken);

        Assert.That(await subscribing, Is.EqualTo(reasonCodes));
    }

    [Test]
    public async Task Unsubscribing_from_3_1_1_has_no_reason_codes_and_succeeds(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, version: MqttProtocolVersion.V311);
        await using var client = test;

        var unsubscribing = test.Client.UnsubscribeAsync(["a", "b"], cancellationToken);
        var unsubscribe = await peer.ReceiveAsync<UnsubscribePacket>(cancellationToken);
        await peer.SendAsync(new UnsubAckPacket { PacketIdentifier = unsubscribe.PacketIdentifier }, cancellationToken);

        Assert.That(await unsubscribing, Is.EqualTo(new[] { MqttReasonCode.Success, MqttReasonCode.Success }));
    }

    [Test]
    public async Task Subscribing_without_an_answer_is_an_unknown_outcome(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        var byTime = test.Client.SubscribeAsync([new("a", 0)], cancellationToken);
        await peer.ReceiveAsync<SubscribePacket>(cancellationToken);

        await test.PassWaitAsync(TimeSpan.FromSeconds(10), cancellationToken);
        Assert.That(() => byTime, Throws.TypeOf<MqttOutcomeUnknownException>().With.Message.Contains("no SubAck within 10 s"));

        var byEnd = test.Client.SubscribeAsync([new("a", 0)], cancellationToken);
        await peer.ReceiveAsync<SubscribePacket>(cancellationToken);
        peer.Reset();
        Assert.That(() => byEnd, Throws.TypeOf<MqttOutcomeUnknownException>().With.Message.Contains("connection was lost"));
    }

    [Test]
    public async Task Subscribing_without_a_connection_or_without_sense_sends_nothing(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        await using var unconnected = Create(server.Endpoint);
        Assert.That(() => unconnected.Client.SubscribeAsync([new("a", 0)], cancellationToken), Throws.TypeOf<MqttNotSentException>());
        Assert.That(() => unconnected.Client.UnsubscribeAsync(["a"], cancellationToken), Throws.TypeOf<MqttNotSentException>());

        var (test, _) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        Assert.That(() => test.Client.SubscribeAsync([], cancellationToken), Throws.ArgumentException);
        Assert.That(() => test.Client.UnsubscribeAsync([], cancellationToken), Throws.ArgumentException);
        Assert.That(() => test.Client.SubscribeAsync([new("a", MqttQualityOfService.ExactlyOnce)], cancellationToken), Throws.ArgumentException);
        Assert.That(() => test.Client.SubscribeAsync([new("a#", 0)], cancellationToken), Throws.TypeOf<MqttProtocolException>());
    }

    [Test]
    public async Task The_wrong_number_of_reason_codes_is_a_protocol_error(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        var subscribing = test.Client.SubscribeAsync([new("a", 0), new("b", 0)], cancellationToken);
        var subscribe = await peer.ReceiveAsync<SubscribePacket>(cancellationToken);

        await peer.SendAsync(new SubAckPacket { PacketIdentifier = subscribe.PacketIdentifier, ReasonCodes = [MqttReasonCode.Success] }, cancellationToken);

        Assert.That((await peer.ReceiveAsync<DisconnectPacket>(cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.ProtocolError));
        Assert.That(() => subscribing, Throws.TypeOf<MqttOutcomeUnknownException>());
    }

    [Test]
    public async Task A_message_is_acknowledged_when_the_application_has_taken_it(CancellationToken cancellationToken)
    {
        var taking = new SemaphoreSlim(0);
        var taken = Channel.CreateUnbounded<string>();
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with
        {
            MessageReceived = async (message, token) =>
            {
                await taken.Writer.WriteAsync(Encoding.UTF8.GetString(message.Payload.Span), token);
                await taking.WaitAsync(token);
            },
        });
        await using var client = test;

        await SendAsync(peer, 1, "first", cancellationToken);
        await SendAsync(peer, 2, "second", cancellationToken);
        Assert.That(await taken.Reader.ReadAsync(cancellationToken), Is.EqualTo("first"));
        // While the application holds the first message, acknowledgements are read and the second message waits.
        var publishing = test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken);
        var packet = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        await peer.SendAsync(new PubAckPacket(packet.PacketIdentifier), cancellationToken);
        await publishing;
        Assert.That(taken.Reader.TryRead(out _), Is.False);

        taking.Release(2);

        Assert.That((await peer.ReceiveAsync<PubAckPacket>(cancellationToken)).PacketIdentifier, Is.EqualTo(1));
        Assert.That((await peer.ReceiveAsync<PubAckPacket>(cancellationToken)).PacketIdentifier, Is.EqualTo(2));
    }

    [Test]
    public async Task The_application_may_publish_and_wait_while_it_takes_a_message(CancellationToken cancellationToken)
    {
        MqttClient? answering = null;
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with
        {
            MessageReceived = async (_, token) => await answering!.PublishAsync(ClientUnderTest.Message("answer"), token),
        });
        await using var client = test;
        answering = test.Client;

        await SendAsync(peer, 9, "question", cancellationToken);
        var answer = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        await peer.SendAsync(new PubAckPacket(answer.PacketIdentifier), cancellationToken);

        Assert.That((await peer.ReceiveAsync<PubAckPacket>(cancellationToken)).PacketIdentifier, Is.EqualTo(9));
    }

    [Test]
    public async Task An_application_that_throws_ends_the_connection_and_the_message_stays_unacknowledged(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with
        {
            MessageReceived = (_, _) => throw new InvalidOperationException("disk full"),
        });
        await using var client = test;

        await SendAsync(peer, 1, "x", cancellationToken);

        Assert.That((await peer.ReceiveAsync<DisconnectPacket>(cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.ImplementationSpecificError));
        var change = await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken);
        Assert.That(change.Cause, Is.EqualTo("The application failed to take a message: disk full"));
        Assert.That(change.Exception, Is.TypeOf<InvalidOperationException>());
    }

    [Test]
    public async Task Quality_of_service_0_is_dropped_and_counted_when_the_application_is_too_slow(CancellationToken cancellationToken)
    {
        var release = new TaskCompletionSource();
        var taken = 0;
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with
        {
            ReceiveMaximum = 4,
            MessageReceived = async (_, token) =>
            {
                await release.Task.WaitAsync(token);
                Interlocked.Increment(ref taken);
            },
        });
        await using var client = test;

        for (var i = 0; i < 20; i++)
            await peer.SendAsync(new PublishPacket { Message = ClientUnderTest.Message($"{i}", MqttQualityOfService.AtMostOnce) }, cancellationToken);
        // An acknowledged one behind them shows that they have all been read; it is let through once there is room.
        release.SetResult();
        await SendAsync(peer, 1, "last", cancellationToken);
        await peer.ReceiveAsync<PubAckPacket>(cancellationToken);

        Assert.That(test.Client.DroppedMessages + taken, Is.EqualTo(21));
    }

    [Test]
    public async Task In_3_1_1_reading_stops_while_the_application_is_full_and_nothing_is_lost(CancellationToken cancellationToken)
    {
        var release = new TaskCompletionSource();
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(
            server,
            cancellationToken,
            options => options with { ReceiveMaximum = 2, MessageReceived = async (_, token) => await release.Task.WaitAsync(token) },
            version: MqttProtocolVersion.V311);
        await using var client = test;

        for (ushort identifier = 1; identifier <= 20; identifier++)
            await SendAsync(peer, identifier, $"{identifier}", cancellationToken);
        release.SetResult();

        for (ushort identifier = 1; identifier <= 20; identifier++)
            Assert.That((await peer.ReceiveAsync<PubAckPacket>(cancellationToken)).PacketIdentifier, Is.EqualTo(identifier));
    }

    [Test]
    public async Task Topic_aliases_are_spelt_out(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { TopicAliasMaximum = 2 });
        await using var client = test;
        var message = ClientUnderTest.Message("x", MqttQualityOfService.AtMostOnce);

        await peer.SendAsync(new PublishPacket { Message = message with { Topic = "long/topic" }, TopicAlias = 2 }, cancellationToken);
        await peer.SendAsync(new PublishPacket { Message = message with { Topic = "" }, TopicAlias = 2 }, cancellationToken);
        Assert.That((await test.Messages.ReadAsync(cancellationToken)).Topic, Is.EqualTo("long/topic"));
        Assert.That((await test.Messages.ReadAsync(cancellationToken)).Topic, Is.EqualTo("long/topic"));

        await peer.SendAsync(new PublishPacket { Message = message with { Topic = "" }, TopicAlias = 1 }, cancellationToken);
        Assert.That((await peer.ReceiveAsync<DisconnectPacket>(cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.ProtocolError));
    }

    [Test]
    public async Task A_message_in_single_bytes_arrives(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        var bytes = PacketBytes.Encode(new PublishPacket { Message = ClientUnderTest.Message("slowly", MqttQualityOfService.AtMostOnce) }, MqttProtocolVersion.V5);

        foreach (var value in bytes)
            await peer.SendBytesAsync(new[] { value }, cancellationToken);

        Assert.That((await test.Messages.ReadAsync(cancellationToken)).Payload.ToArray(), Is.EqualTo("slowly"u8.ToArray()));
    }

    private static Task SendAsync(ScriptedPeer peer, ushort packetIdentifier, string text, CancellationToken cancellationToken) =>
        peer.SendAsync(new PublishPacket { Message = ClientUnderTest.Message(text), PacketIdentifier = packetIdentifier }, cancellationToken);
}
