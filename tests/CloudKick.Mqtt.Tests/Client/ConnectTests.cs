using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using CloudKick.Mqtt.Packets;
using CloudKick.Testing;

namespace CloudKick.Mqtt.Tests.Client;

/// <summary>CONNECT and CONNACK over TCP: what is sent, and what each way to fail says.</summary>
[CancelAfter(20_000)]
internal sealed class ConnectTests(bool dedicatedThread) : ClientTests(dedicatedThread)
{
    [Test]
    public async Task Connect_carries_every_property(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken, options => options with
        {
            CleanStart = false,
            KeepAlive = TimeSpan.FromSeconds(29.5),
            SessionExpiryInterval = 3600,
            ReceiveMaximum = 50,
            MaximumPacketSize = 4096,
            TopicAliasMaximum = 8,
            UserName = "user",
            Password = new byte[] { 1 },
            Will = new MqttWill(ClientUnderTest.Message("gone")) { DelayInterval = 3 },
            RequestProblemInformation = true,
            RequestResponseInformation = false,
            AuthenticationMethod = "method",
            AuthenticationData = new byte[] { 2 },
            UserProperties = [new("node", "a")],
        });
        await using var client = test;

        var connect = peer.Connect;
        Assert.That(connect.ClientIdentifier, Is.EqualTo("relay-a-1"));
        Assert.That(connect.CleanStart, Is.False);
        Assert.That(connect.KeepAlive, Is.EqualTo(30));
        Assert.That(connect.SessionExpiryInterval, Is.EqualTo(3600));
        Assert.That(connect.ReceiveMaximum, Is.EqualTo(50));
        Assert.That(connect.MaximumPacketSize, Is.EqualTo(4096));
        Assert.That(connect.TopicAliasMaximum, Is.EqualTo(8));
        Assert.That(connect.UserName, Is.EqualTo("user"));
        Assert.That(connect.Password?.ToArray(), Is.EqualTo(new byte[] { 1 }));
        Assert.That(connect.Will!.DelayInterval, Is.EqualTo(3));
        Assert.That(connect.RequestProblemInformation, Is.True);
        Assert.That(connect.RequestResponseInformation, Is.False);
        Assert.That(connect.AuthenticationMethod, Is.EqualTo("method"));
        Assert.That(connect.AuthenticationData?.ToArray(), Is.EqualTo(new byte[] { 2 }));
        Assert.That(connect.UserProperties, Is.EqualTo(new[] { new MqttUserProperty("node", "a") }));
    }

    [Test]
    public async Task The_answer_is_given_and_kept(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var connAck = new ConnAckPacket { ReasonCode = MqttReasonCode.Success, AssignedClientIdentifier = "auto-7", ServerKeepAlive = 60, ReasonString = "hello" };
        var (test, _) = await ConnectAsync(server, cancellationToken, options => options with { ClientId = "" }, connAck);
        await using var client = test;

        Assert.That(test.Client.State, Is.EqualTo(MqttClientState.Connected));
        Assert.That(test.Client.ConnAck!.ReasonString, Is.EqualTo("hello"));
        Assert.That(test.Client.ClientId, Is.EqualTo("auto-7"));
    }

    [Test]
    public async Task A_name_without_address_is_a_DNS_failure(CancellationToken cancellationToken) =>
        await ExpectAsync(new MqttEndpoint("no-such-host.invalid", 1883), MqttConnectFailure.Dns, "DNS knows no address for 'no-such-host.invalid'", cancellationToken);

    [Test]
    public async Task A_port_nobody_listens_on_refuses(CancellationToken cancellationToken)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        await ExpectAsync(new MqttEndpoint("127.0.0.1", port), MqttConnectFailure.Refused, "connection refused", cancellationToken);
    }

    [Test]
    public async Task Closed_before_CONNACK_says_so(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var scripting = ScriptAsync(server, async peer =>
        {
            await peer.ReceiveAsync<ConnectPacket>(cancellationToken);
            await peer.CloseAsync();
        }, cancellationToken);

        await ExpectAsync(server.Endpoint, MqttConnectFailure.ClosedBeforeConnAck, "closed before CONNACK", cancellationToken);
        await scripting;
    }

    [Test]
    public async Task Reset_before_CONNACK_says_so(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var scripting = ScriptAsync(server, async peer =>
        {
            await peer.ReceiveAsync<ConnectPacket>(cancellationToken);
            peer.Reset();
        }, cancellationToken);

        await ExpectAsync(server.Endpoint, MqttConnectFailure.ClosedBeforeConnAck, "closed before CONNACK", cancellationToken);
        await scripting;
    }

    [Test]
    public async Task Half_a_CONNACK_then_closed_says_so(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var scripting = ScriptAsync(server, async peer =>
        {
            await peer.SendBytesAsync(new byte[] { 0x20, 3, 0 }, cancellationToken);
            await peer.CloseAsync();
        }, cancellationToken);

        await ExpectAsync(server.Endpoint, MqttConnectFailure.ClosedBeforeConnAck, "closed before CONNACK", cancellationToken);
        await scripting;
    }

    [Test]
    public async Task A_refusal_carries_its_reason(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var scripting = ScriptAsync(server, peer => peer.SendAsync(
            new ConnAckPacket { ReasonCode = MqttReasonCode.NotAuthorized, ReasonString = "no such thing" }, cancellationToken), cancellationToken);

        var exception = await ExpectAsync(
            server.Endpoint, MqttConnectFailure.RefusedByServer, "refused the connection: NotAuthorized (0x87), no such thing", cancellationToken);
        Assert.That(exception.ReasonCode, Is.EqualTo(MqttReasonCode.NotAuthorized));
        await scripting;
    }

    [TestCase("HTTP/1.1 400 Bad Request\r\n", TestName = "An HTTP server is not an MQTT server")]
    [TestCase("\u0000\u0000\u0000", TestName = "Garbage is not an MQTT server")]
    public async Task Something_else_answers(string answer, CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var scripting = ScriptAsync(server, peer => peer.SendBytesAsync(System.Text.Encoding.ASCII.GetBytes(answer), cancellationToken), cancellationToken);

        await ExpectAsync(server.Endpoint, MqttConnectFailure.Protocol, "does not speak MQTT as it should", cancellationToken);
        await scripting;
    }

    [Test]
    public async Task Another_packet_before_CONNACK_is_refused(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var scripting = ScriptAsync(server, peer => peer.SendAsync(new PingRespPacket(), cancellationToken), cancellationToken);

        await ExpectAsync(server.Endpoint, MqttConnectFailure.Protocol, "PingResp before CONNACK [MQTT-3.2.0-1]", cancellationToken);
        await scripting;
    }

    [Test]
    public async Task A_session_after_a_clean_start_is_refused(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var scripting = ScriptAsync(server, peer => peer.SendAsync(
            new ConnAckPacket { ReasonCode = MqttReasonCode.Success, SessionPresent = true }, cancellationToken), cancellationToken);

        await ExpectAsync(server.Endpoint, MqttConnectFailure.Protocol, "MQTT-3.2.2-2", cancellationToken);
        await scripting;
    }

    [Test]
    public async Task Silence_is_a_timeout(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        await using var test = Create(server.Endpoint);
        var connecting = test.Client.ConnectAsync(cancellationToken);
        var peer = await server.AcceptAsync(cancellationToken);
        await peer.ReceiveAsync<ConnectPacket>(cancellationToken);

        test.Clock.Advance(TimeSpan.FromSeconds(10));

        var exception = Assert.CatchAsync<MqttConnectException>(() => connecting)!;
        Assert.That(exception.Failure, Is.EqualTo(MqttConnectFailure.Timeout));
        Assert.That(exception.Message, Does.StartWith("No CONNACK from").And.Contain("within 10 s"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task An_attempt_that_nobody_answers_ends_in_time_and_when_the_caller_gives_up(bool givesUp, CancellationToken cancellationToken)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var address = (IPEndPoint)listener.LocalEndPoint!;
        // With its backlog full the system takes no further connection, and does not say so.
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(address, cancellationToken);
        await using var test = Create(new MqttEndpoint("127.0.0.1", address.Port));
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var connecting = test.Client.ConnectAsync(giveUp.Token);
        await Eventually.HoldsAsync(
            () => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
                .Any(connection => connection.RemoteEndPoint.Port == address.Port && connection.State == TcpState.SynSent),
            cancellationToken);

        if (givesUp)
        {
            await giveUp.CancelAsync();
            Assert.CatchAsync<OperationCanceledException>(() => connecting);
            return;
        }
        test.Clock.Advance(TimeSpan.FromSeconds(10));
        var exception = Assert.CatchAsync<MqttConnectException>(() => connecting)!;
        Assert.That(exception.Failure, Is.EqualTo(MqttConnectFailure.Timeout));
        Assert.That(exception.Message, Does.StartWith("No connection to").And.Contain("a firewall on the way?"));
    }

    [Test]
    public async Task The_caller_can_give_up(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        await using var test = Create(server.Endpoint);
        using var giveUp = new CancellationTokenSource();
        var connecting = test.Client.ConnectAsync(giveUp.Token);
        await server.AcceptAsync(cancellationToken);

        await giveUp.CancelAsync();

        Assert.That(() => connecting, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(test.Client.State, Is.EqualTo(MqttClientState.Disconnected));
    }

    [Test]
    public async Task Connecting_can_be_tried_again_after_a_failure_and_only_then(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        await using var test = Create(server.Endpoint);
        var first = test.Client.ConnectAsync(cancellationToken);
        await (await server.AcceptAsync(cancellationToken)).CloseAsync();
        Assert.That(() => first, Throws.TypeOf<MqttConnectException>());

        var second = test.Client.ConnectAsync(cancellationToken);
        await server.AcceptMqttAsync(cancellationToken);
        await second;

        Assert.That(() => test.Client.ConnectAsync(cancellationToken), Throws.InvalidOperationException);
        Assert.That(test.Client.Start, Throws.InvalidOperationException);
    }

    private static async Task ScriptAsync(ScriptedServer server, Func<ScriptedPeer, Task> script, CancellationToken cancellationToken) =>
        await script(await server.AcceptAsync(cancellationToken));

    private async Task<MqttConnectException> ExpectAsync(MqttEndpoint endpoint, MqttConnectFailure failure, string message, CancellationToken cancellationToken)
    {
        await using var test = Create(endpoint);

        var exception = Assert.CatchAsync<MqttConnectException>(() => test.Client.ConnectAsync(cancellationToken))!;

        Assert.That(exception.Failure, Is.EqualTo(failure), exception.Message);
        Assert.That(exception.Message, Does.Contain(message));
        Assert.That(test.Client.State, Is.EqualTo(MqttClientState.Disconnected));
        Assert.That((await test.WhenAsync(MqttClientState.Disconnected, cancellationToken)).Cause, Is.EqualTo(exception.Message));
        return exception;
    }
}
