using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

/// <summary>MQTT over WebSockets: who is let in, what a connection is, how it ends. Whole clients are in NpmMqttTests and AwsDeviceSdkTests.</summary>
[CancelAfter(60_000)]
internal sealed class WebSocketTests : CloudFixture
{
    [Test]
    public async Task A_signed_request_becomes_a_connection_with_the_identity_as_principal(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.SubscribeAsync("$aws/events/presence/connected/+", cancellationToken);

        using var socket = await OpenAsync(ApiClient.Operator(Cloud.Server), cancellationToken);
        await SendAsync(socket, new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = "browser", KeepAlive = 60 }.Encode, cancellationToken);
        var connected = await relay.ReceiveMessageAsync(cancellationToken);

        Assert.That(socket.SubProtocol, Is.EqualTo("mqtt"));
        Assert.That(connected.Topic, Is.EqualTo("$aws/events/presence/connected/browser"));
        Assert.That(Text(connected), Does.Contain($"\"principalIdentifier\":\"{ApiClient.Operator(Cloud.Server).AccessKeyId}\""));
    }

    [Test]
    public async Task Packets_need_not_begin_and_end_with_the_sockets_messages(CancellationToken cancellationToken)
    {
        using var socket = await OpenAsync(ApiClient.Operator(Cloud.Server), cancellationToken);
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = "browser", KeepAlive = 60 }.Encode(bytes);

        foreach (byte one in bytes.WrittenMemory.ToArray())
            await socket.SendAsync(new[] { one }, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);

        await Control.WaitForConnectedAsync("browser", cancellationToken);
    }

    [Test]
    public async Task Text_is_not_MQTT_and_ends_the_connection(CancellationToken cancellationToken)
    {
        using var socket = await OpenAsync(ApiClient.Operator(Cloud.Server), cancellationToken);

        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

        var end = await socket.ReceiveAsync(new byte[16].AsMemory(), cancellationToken);
        Assert.That(end.MessageType, Is.EqualTo(WebSocketMessageType.Close));
    }

    [Test]
    public async Task A_connection_ends_after_a_day(CancellationToken cancellationToken)
    {
        using var socket = await OpenAsync(ApiClient.Operator(Cloud.Server), cancellationToken);
        var connect = new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = "browser", KeepAlive = 1200 };
        await SendAsync(socket, connect.Encode, cancellationToken);
        await ReceiveAsync(socket, cancellationToken); // CONNACK; one message may hold several packets, so nothing is asked before
        using var operators = ApiClient.Signed(Cloud);

        for (int minutes = 0; minutes < 24 * 60; minutes += 15)
        {
            Assert.That(Control.ConnectedClients, Is.EqualTo(1), $"after {minutes} minutes");
            await SendAsync(socket, output => default(PingReqPacket).Encode(output, MqttProtocolVersion.V5), cancellationToken);
            await ReceiveAsync(socket, cancellationToken);
            Time.Advance(TimeSpan.FromMinutes(15));
        }
        await Control.WaitForDisconnectedAsync("browser", cancellationToken);
        var record = await operators.GetAsync("/connections/browser", cancellationToken);

        Assert.That(record.Text("disconnectReason"), Is.EqualTo("WEBSOCKET_TTL_EXPIRATION"));
    }

    [Test]
    public async Task A_close_frame_is_the_clients_own_disconnection_and_withholds_its_will(CancellationToken cancellationToken)
    {
        using var socket = await OpenAsync(ApiClient.Operator(Cloud.Server), cancellationToken);
        var connect = new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = "browser", KeepAlive = 60, Will = new MqttWill(Message("will", "x")) };
        await SendAsync(socket, connect.Encode, cancellationToken);
        await Control.WaitForConnectedAsync("browser", cancellationToken);
        using var operators = ApiClient.Signed(Cloud);

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        await Control.WaitForDisconnectedAsync("browser", cancellationToken);
        var record = await operators.GetAsync("/connections/browser", cancellationToken);

        Assert.That(record.Text("disconnectReason"), Is.EqualTo("CLIENT_INITIATED_DISCONNECT"));
        Assert.That(Control.PublishedTo("will"), Is.Zero);
    }

    [Test]
    public void An_unsigned_request_and_a_certificate_are_403([Values] bool certificate, CancellationToken cancellationToken) =>
        Assert.That(
            async () => await OpenAsync(null, cancellationToken, certificate ? Cloud.Server.IssueDeviceCertificate(Terminal) : null),
            Throws.InstanceOf<WebSocketException>().With.Message.Contains("403"));

    private async Task<ClientWebSocket> OpenAsync(CloudIdentity? identity, CancellationToken cancellationToken, DeviceCertificate? certificate = null)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(Cloud.Server.CaFile));
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = policy,
                ClientCertificates = certificate is null ? null : [certificate.ToX509Certificate()],
            },
        });
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("mqtt");
        socket.Options.HttpVersion = HttpVersion.Version11;
        var address = new UriBuilder($"wss://localhost:{Cloud.Server.Port}/mqtt") { Query = identity is null ? "" : ApiClient.Presign(Cloud.Server, Time, identity, "/mqtt", "iotdevicegateway") };
        try
        {
            await socket.ConnectAsync(address.Uri, http, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task ReceiveAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var received = await socket.ReceiveAsync(new byte[256].AsMemory(), cancellationToken);
        Assert.That(received.MessageType, Is.EqualTo(WebSocketMessageType.Binary));
    }

    private static ValueTask SendAsync(ClientWebSocket socket, Action<System.Buffers.IBufferWriter<byte>> encode, CancellationToken cancellationToken)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        encode(bytes);
        return socket.SendAsync(bytes.WrittenMemory, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
    }
}
