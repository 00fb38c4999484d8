using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt.Tests.Client;

/// <summary>Whatever a connected server does wrong ends the connection with its cause, and nothing else.</summary>
[CancelAfter(20_000)]
internal sealed class ServerFaultTests(bool dedicatedThread) : ClientTests(dedicatedThread)
{
    [TestCase("0102", MqttReasonCode.MalformedPacket, TestName = "Packet type 0")]
    [TestCase("30FFFFFFFF01", MqttReasonCode.MalformedPacket, TestName = "A remaining length of five bytes")]
    [TestCase("30FFFFFF7F", MqttReasonCode.PacketTooLarge, TestName = "A packet larger than announced")]
    [TestCase("360500016100010000", MqttReasonCode.MalformedPacket, TestName = "QoS 3")]
    [TestCase("3005000123FFFF", MqttReasonCode.MalformedPacket, TestName = "Properties beyond the packet")]
    [TestCase("300400012300", MqttReasonCode.TopicNameInvalid, TestName = "A wildcard in a topic")]
    [TestCase("3006000161022300", MqttReasonCode.MalformedPacket, TestName = "A topic alias cut short")]
    [TestCase("300700016103230001", MqttReasonCode.TopicAliasInvalid, TestName = "A topic alias nobody allowed")]
    [TestCase("3406000161000100", MqttReasonCode.QoSNotSupported, TestName = "QoS 2")]
    [TestCase("820600010000012300", MqttReasonCode.ProtocolError, TestName = "SUBSCRIBE from a server")]
    [TestCase("50020001", MqttReasonCode.ProtocolError, TestName = "PUBREC for nothing")]
    [TestCase("62020001", MqttReasonCode.ProtocolError, TestName = "PUBREL for nothing")]
    [TestCase("900400010000", MqttReasonCode.ProtocolError, TestName = "SUBACK for nothing")]
    [TestCase("F000", MqttReasonCode.ProtocolError, TestName = "AUTH without an exchange")]
    [TestCase("2003000000", MqttReasonCode.ProtocolError, TestName = "A second CONNACK")]
    public async Task It_is_told_why_and_disconnected(string hex, MqttReasonCode reasonCode, CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;

        await peer.SendBytesAsync(Convert.FromHexString(hex), cancellationToken);

        Assert.That((await peer.ReceiveAsync<DisconnectPacket>(cancellationToken)).ReasonCode, Is.EqualTo(reasonCode));
        Assert.That(await peer.ReceiveAsync(cancellationToken), Is.Null, "The client closes");
        var change = await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken);
        Assert.That(change.Cause, Does.StartWith("The server broke the protocol: "));
        Assert.That(change.ReasonCode, Is.EqualTo(reasonCode));
        Assert.That(change.Exception, Is.TypeOf<MqttProtocolException>());
    }

    [TestCase("3406000161000100", TestName = "QoS 2, in 3.1.1")]
    [TestCase("E000", TestName = "DISCONNECT from a server, in 3.1.1")]
    [TestCase("F000", TestName = "AUTH, in 3.1.1")]
    public async Task In_version_3_1_1_it_is_disconnected_without_a_word(string hex, CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, version: MqttProtocolVersion.V311);
        await using var client = test;

        await peer.SendBytesAsync(Convert.FromHexString(hex), cancellationToken);

        Assert.That(await peer.ReceiveAsync(cancellationToken), Is.Null);
        Assert.That((await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken)).Cause, Does.StartWith("The server broke the protocol: "));
    }

    [Test]
    public async Task A_disconnect_of_the_server_is_told_with_its_reason(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;

        await peer.SendAsync(new DisconnectPacket { ReasonCode = MqttReasonCode.SessionTakenOver, ReasonString = "the other one wins" }, cancellationToken);

        var change = await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken);
        Assert.That(change.Cause, Is.EqualTo("The server disconnected: SessionTakenOver (0x8E), the other one wins"));
        Assert.That(change.ReasonCode, Is.EqualTo(MqttReasonCode.SessionTakenOver));
    }

    [Test]
    public async Task Closing_without_a_word_suggests_a_policy(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;

        await peer.CloseAsync();

        Assert.That((await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken)).Cause, Does.Contain("without saying why; a policy may refuse"));
    }

    [Test]
    public async Task Half_a_packet_then_closed_ends(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;

        await peer.SendBytesAsync(new byte[] { 0x30, 100, 0, 1 }, cancellationToken);
        await peer.CloseAsync();

        Assert.That((await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken)).Cause, Does.Contain("in the middle of a packet"));
    }

    [Test]
    public async Task More_unacknowledged_messages_than_announced_are_too_many(CancellationToken cancellationToken)
    {
        var holding = new TaskCompletionSource();
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with
        {
            ReceiveMaximum = 2,
            MessageReceived = async (_, token) => await holding.Task.WaitAsync(token),
        });
        await using var client = test;

        for (ushort identifier = 1; identifier <= 3; identifier++)
            await peer.SendAsync(new PublishPacket { Message = ClientUnderTest.Message(), PacketIdentifier = identifier }, cancellationToken);

        Assert.That((await peer.ReceiveAsync<DisconnectPacket>(cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.ReceiveMaximumExceeded));
    }

    [Test]
    public async Task An_acknowledgement_of_something_unknown_is_ignored(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;

        await peer.SendAsync(new PubAckPacket(99), cancellationToken);
        var publishing = test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken);
        var packet = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        await peer.SendAsync(new PubAckPacket(packet.PacketIdentifier), cancellationToken);

        Assert.That(await publishing, Is.EqualTo(MqttReasonCode.Success));
    }

    [Test]
    public async Task A_server_that_takes_nothing_any_more_is_left(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, _) = await ConnectAsync(server, cancellationToken, options => options with { PublishTimeout = TimeSpan.FromDays(1) });
        await using var client = test;
        var message = ClientUnderTest.Message("", MqttQualityOfService.AtMostOnce) with { Payload = new byte[200_000] };

        // More than the sockets' buffers hold, so that in the end a send stays open and its time passes.
        var publishes = Enumerable.Range(0, 200).Select(_ => test.Client.PublishAsync(message, cancellationToken).AsTask()).ToList();
        var leaving = test.WhenAsync(MqttClientState.Reconnecting, cancellationToken);
        while (!leaving.IsCompleted)
        {
            await Task.WhenAny(leaving, test.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(20), cancellationToken));
            test.Clock.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.That((await leaving).Cause, Does.Contain("the server took nothing for 20 s"));
        await Task.WhenAny(Task.WhenAll(publishes));
        Assert.That(
            publishes.Where(publish => publish.IsFaulted).Select(publish => publish.Exception!.InnerException),
            Is.Not.Empty.And.All.InstanceOf<MqttException>());
    }
}
