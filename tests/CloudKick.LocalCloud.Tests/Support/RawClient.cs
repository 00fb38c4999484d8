using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

/// <summary>An MQTT client that does nothing by itself: a test sends each packet, and may leave any of them out.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly TcpClient _tcp;
    private readonly SslStream _tls;
    private readonly PipeReader _reader;
    private ushort _lastPacketIdentifier;

    private RawClient(TcpClient tcp, SslStream tls)
    {
        _tcp = tcp;
        _tls = tls;
        _reader = PipeReader.Create(tls);
    }

    public MqttProtocolVersion Version { get; private set; } = MqttProtocolVersion.V5;

    public SslProtocols TlsVersion => _tls.SslProtocol;

    public SslApplicationProtocol NegotiatedProtocol => _tls.NegotiatedApplicationProtocol;

    public static async Task<RawClient> OpenAsync(
        LocalCloudServer server, DeviceCertificate? certificate, CancellationToken cancellationToken, string? alpn = "x-amzn-mqtt-ca", string serverName = "localhost",
        SslProtocols protocols = SslProtocols.None)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", server.Port, cancellationToken);
        var tls = new SslStream(tcp.GetStream());
        using var ca = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(server.CaFile, cancellationToken));
        using var own = certificate?.ToX509Certificate();
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = serverName,
            EnabledSslProtocols = protocols,
            ApplicationProtocols = alpn is null ? null : [new SslApplicationProtocol(alpn)],
            ClientCertificates = own is null ? null : [own],
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
        };
        options.CertificateChainPolicy.CustomTrustStore.Add(ca);
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellationToken);
        }
        catch
        {
            await tls.DisposeAsync();
            tcp.Dispose();
            throw;
        }
        return new RawClient(tcp, tls);
    }

    public async Task<ConnAckPacket> ConnectAsync(ConnectPacket connect, CancellationToken cancellationToken)
    {
        Version = connect.Version;
        await SendAsync(connect.Encode, cancellationToken);
        return await ReceiveAsync<ConnAckPacket>(cancellationToken);
    }

    public async Task<IReadOnlyList<MqttReasonCode>> SubscribeAsync(CancellationToken cancellationToken, params MqttSubscription[] subscriptions)
    {
        var packet = new SubscribePacket { PacketIdentifier = ++_lastPacketIdentifier, Subscriptions = subscriptions };
        await SendAsync(packet, cancellationToken);
        return (await ReceiveAsync<SubAckPacket>(cancellationToken)).ReasonCodes;
    }

    public Task<IReadOnlyList<MqttReasonCode>> SubscribeAsync(string filter, CancellationToken cancellationToken) =>
        SubscribeAsync(cancellationToken, new MqttSubscription(filter, MqttQualityOfService.AtLeastOnce));

    /// <summary>QoS 1, and waits for the PUBACK.</summary>
    public async Task<MqttReasonCode> PublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        var packet = new PublishPacket { PacketIdentifier = ++_lastPacketIdentifier, Message = message with { QualityOfService = MqttQualityOfService.AtLeastOnce } };
        await SendAsync(packet, cancellationToken);
        return (await ReceiveAsync<PubAckPacket>(cancellationToken)).ReasonCode;
    }

    public Task<MqttReasonCode> PublishAsync(string topic, string payload, CancellationToken cancellationToken) =>
        PublishAsync(new MqttMessage { Topic = topic, Payload = Encoding.UTF8.GetBytes(payload) }, cancellationToken);

    /// <summary>The next PUBLISH, acknowledged if it is QoS 1.</summary>
    public async Task<MqttMessage> ReceiveMessageAsync(CancellationToken cancellationToken)
    {
        var packet = await ReceiveAsync<PublishPacket>(cancellationToken);
        if (packet.PacketIdentifier != 0) await SendAsync(new PubAckPacket(packet.PacketIdentifier).Encode, cancellationToken);
        return packet.Message;
    }

    /// <summary>
    /// That nothing is on its way. The broker writes replies before deliveries, and all deliveries before the next replies:
    /// what was on its way before the first PINGREQ comes before the second PINGRESP.
    /// </summary>
    public async Task ExpectNothingAsync(CancellationToken cancellationToken)
    {
        await PingAsync(cancellationToken);
        await PingAsync(cancellationToken);
    }

    public async Task PingAsync(CancellationToken cancellationToken)
    {
        await SendAsync(default(PingReqPacket).Encode, cancellationToken);
        await ReceiveAsync<PingRespPacket>(cancellationToken);
    }

    public Task DisconnectAsync(CancellationToken cancellationToken, DisconnectPacket? packet = null) =>
        SendAsync((packet ?? new DisconnectPacket()).Encode, cancellationToken);

    public Task SendAsync(PublishPacket packet, CancellationToken cancellationToken) => SendAsync(packet.Encode, cancellationToken);

    public Task SendAsync(SubscribePacket packet, CancellationToken cancellationToken) => SendAsync(packet.Encode, cancellationToken);

    public Task SendAsync(Action<IBufferWriter<byte>, MqttProtocolVersion> encode, CancellationToken cancellationToken) =>
        SendAsync(output => encode(output, Version), cancellationToken);

    public async Task SendAsync(Action<IBufferWriter<byte>> encode, CancellationToken cancellationToken)
    {
        var bytes = new ArrayBufferWriter<byte>();
        encode(bytes);
        await SendBytesAsync(bytes.WrittenMemory, cancellationToken);
    }

    public ValueTask SendBytesAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => _tls.WriteAsync(bytes, cancellationToken);

    /// <summary>The next packet, which must be of this type.</summary>
    public async Task<T> ReceiveAsync<T>(CancellationToken cancellationToken)
    {
        object? packet = await ReceiveAnyAsync(cancellationToken);
        Assert.That(packet, Is.InstanceOf<T>());
        return (T)packet!;
    }

    /// <summary>That the broker closes: after a DISCONNECT with this code, or without one.</summary>
    public async Task ExpectClosedAsync(MqttReasonCode? code, CancellationToken cancellationToken)
    {
        if (code is not null)
        {
            var disconnect = await ReceiveAsync<DisconnectPacket>(cancellationToken);
            Assert.That(disconnect.ReasonCode, Is.EqualTo(code));
        }
        Assert.That(await ReceiveAnyAsync(cancellationToken), Is.Null, "The connection should be closed.");
    }

    /// <summary>The next packet of any type; null when the connection is closed.</summary>
    public async Task<object?> ReceiveAnyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result;
            try
            {
                result = await _reader.ReadAsync(cancellationToken);
            }
            catch (IOException)
            {
                return null;
            }
            var buffer = result.Buffer;
            if (MqttFrame.TryRead(ref buffer, MqttFrame.LargestPacket, out var frame))
            {
                object packet = Decode(frame);
                _reader.AdvanceTo(buffer.Start);
                return packet;
            }
            _reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted) return null;
        }
    }

    /// <summary>All bytes until the connection is closed.</summary>
    public async Task<byte[]> ReadToEndAsync(CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await _tls.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }

    /// <summary>For a handful of bytes where there is nothing to wait for.</summary>
    public void Send(byte[] bytes) => _tls.Write(bytes);

    /// <summary>Sends no more, but still receives.</summary>
    public void FinishSending() => _tcp.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Closes the socket without a DISCONNECT.</summary>
    public void Abort() => _tcp.Dispose();

    public async ValueTask DisposeAsync()
    {
        await _reader.CompleteAsync();
        await _tls.DisposeAsync();
        _tcp.Dispose();
    }

    private object Decode(in MqttFrame frame) => frame.Type switch
    {
        MqttPacketType.ConnAck => ConnAckPacket.Decode(frame, Version),
        MqttPacketType.Publish => PublishPacket.Decode(frame, Version),
        MqttPacketType.PubAck => PubAckPacket.Decode(frame, Version),
        MqttPacketType.SubAck => SubAckPacket.Decode(frame, Version),
        MqttPacketType.UnsubAck => UnsubAckPacket.Decode(frame, Version),
        MqttPacketType.PingResp => PingRespPacket.Decode(frame, Version),
        MqttPacketType.Disconnect => DisconnectPacket.Decode(frame, Version),
        _ => throw new AssertionException($"The broker sent a {frame.Type}."),
    };
}
