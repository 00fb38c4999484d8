using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt.Tests.Client;

[CancelAfter(20_000)]
internal sealed class DisconnectTests(bool dedicatedThread) : ClientTests(dedicatedThread)
{
    [TestCase(MqttProtocolVersion.V311)]
    [TestCase(MqttProtocolVersion.V5)]
    public async Task Disconnecting_says_goodbye_and_stays_disconnected(MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, version: version);
        await using var client = test;

        await test.Client.DisconnectAsync(cancellationToken);

        Assert.That((await peer.ReceiveAsync<DisconnectPacket>(cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.Success));
        Assert.That(await peer.ReceiveAsync(cancellationToken), Is.Null);
        Assert.That(test.Client.State, Is.EqualTo(MqttClientState.Disconnected));
        Assert.That((await test.WhenAsync(MqttClientState.Disconnected, cancellationToken)).Cause, Is.EqualTo("Disconnected by this client"));
        Assert.That(() => test.Client.ConnectAsync(cancellationToken), Throws.InvalidOperationException);
        Assert.That(
            () => test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken).AsTask(),
            Throws.TypeOf<MqttNotSentException>().With.Property("Reason").EqualTo(MqttNotSentReason.NotConnected));
    }

    [Test]
    public async Task Disconnecting_waits_for_open_acknowledgements(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        var publishing = test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken);
        var packet = await peer.ReceiveAsync<PublishPacket>(cancellationToken);

        var disconnecting = test.Client.DisconnectAsync(cancellationToken);
        await peer.SendAsync(new PubAckPacket(packet.PacketIdentifier), cancellationToken);

        Assert.That(await publishing, Is.EqualTo(MqttReasonCode.Success));
        await peer.ReceiveAsync<DisconnectPacket>(cancellationToken);
        await disconnecting;
    }

    [Test]
    public async Task Disconnecting_waits_for_what_is_published_on_a_place_that_was_taken_before(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        var place = await test.Client.TakePlaceAsync(cancellationToken);

        var disconnecting = test.Client.DisconnectAsync(cancellationToken);
        Assert.That(
            () => test.Client.TakePlaceAsync(cancellationToken).AsTask(),
            Throws.TypeOf<MqttNotSentException>().With.Property("Reason").EqualTo(MqttNotSentReason.NotConnected));
        var publishing = test.Client.PublishAsync(ClientUnderTest.Message(), place, cancellationToken);
        var packet = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        await peer.SendAsync(new PubAckPacket(packet.PacketIdentifier), cancellationToken);

        Assert.That(await publishing, Is.EqualTo(MqttReasonCode.Success));
        await peer.ReceiveAsync<DisconnectPacket>(cancellationToken);
        await disconnecting;
    }

    [Test]
    public async Task Disconnecting_waits_until_a_place_is_given_back(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        var place = await test.Client.TakePlaceAsync(cancellationToken);

        var disconnecting = test.Client.DisconnectAsync(cancellationToken);
        Assert.That(disconnecting.IsCompleted, Is.False);
        place.Dispose();

        await peer.ReceiveAsync<DisconnectPacket>(cancellationToken);
        await disconnecting;
    }

    [Test]
    public async Task Disconnecting_does_not_wait_for_ever(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        var publishing = test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken).AsTask();
        await peer.ReceiveAsync<PublishPacket>(cancellationToken);

        var disconnecting = test.Client.DisconnectAsync(cancellationToken);
        await test.PassWaitAsync(TimeSpan.FromSeconds(2), cancellationToken);

        await peer.ReceiveAsync<DisconnectPacket>(cancellationToken);
        await disconnecting;
        Assert.That(() => publishing, Throws.TypeOf<MqttOutcomeUnknownException>().With.Message.Contains("Disconnected by this client"));
    }

    [Test]
    public async Task The_will_can_be_asked_for(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;

        await test.Client.DisconnectAsync(MqttReasonCode.DisconnectWithWillMessage, cancellationToken);

        Assert.That((await peer.ReceiveAsync<DisconnectPacket>(cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.DisconnectWithWillMessage));
    }

    [Test]
    public async Task In_3_1_1_the_will_is_published_when_no_goodbye_is_said(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, version: MqttProtocolVersion.V311);
        await using var client = test;

        await test.Client.DisconnectAsync(MqttReasonCode.DisconnectWithWillMessage, cancellationToken);

        Assert.That(await peer.ReceiveAsync(cancellationToken), Is.Null);
    }

    [Test]
    public async Task Disposing_ends_what_is_open_at_once_and_may_be_done_twice(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with { MaximumInFlight = 1 });
        var left = test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken).AsTask();
        var waited = test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken).AsTask();
        await peer.ReceiveAsync<PublishPacket>(cancellationToken);

        await test.DisposeAsync();
        await test.DisposeAsync();

        Assert.That(() => left, Throws.TypeOf<MqttOutcomeUnknownException>());
        Assert.That(() => waited, Throws.TypeOf<MqttNotSentException>());
        Assert.That(test.Client.State, Is.EqualTo(MqttClientState.Disconnected));
    }

    [Test]
    public async Task Disposing_ends_an_attempt(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var test = Create(server.Endpoint);
        var connecting = test.Client.ConnectAsync(cancellationToken);
        var peer = await server.AcceptAsync(cancellationToken);
        await peer.ReceiveAsync<ConnectPacket>(cancellationToken);

        await test.DisposeAsync();

        Assert.That(() => connecting, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await peer.ReceiveAsync(cancellationToken), Is.Null);
    }

    [Test]
    public async Task Disposing_ends_the_wait_for_the_next_attempt(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var test = Create(server.Endpoint);
        test.Client.Start();
        await (await server.AcceptAsync(cancellationToken)).CloseAsync();
        await test.WhenAsync(MqttClientState.Reconnecting, cancellationToken);

        await test.DisposeAsync();

        Assert.That(test.Client.State, Is.EqualTo(MqttClientState.Disconnected));
    }

    [Test]
    public async Task A_client_that_never_started_can_be_disposed(CancellationToken cancellationToken)
    {
        var test = Create(new MqttEndpoint("localhost", 1));

        await test.DisposeAsync();

        Assert.That(() => test.Client.ConnectAsync(cancellationToken), Throws.InvalidOperationException);
    }

    [Test]
    public async Task An_application_that_throws_on_a_change_ends_the_client_and_hears_of_it(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var test = Create(server.Endpoint, options => options with
        {
            ConnectionChanged = change =>
            {
                if (change.State == MqttClientState.Connected)
                    throw new InvalidOperationException("display broken");
            },
        });
        var accepting = server.AcceptMqttAsync(cancellationToken);

        Assert.That(() => test.Client.ConnectAsync(cancellationToken), Throws.InvalidOperationException.With.Message.EqualTo("display broken"));

        var peer = await accepting;
        await peer.ReceiveAsync<DisconnectPacket>(cancellationToken);
        Assert.That(await peer.ReceiveAsync(cancellationToken), Is.Null);
        Assert.That(() => test.Client.DisconnectAsync(cancellationToken), Throws.InvalidOperationException);
        Assert.That(test.Client.State, Is.EqualTo(MqttClientState.Disconnected));
    }
}
