using System.IO.Pipelines;
using System.Net.Sockets;
using CloudKick.Mqtt.Packets;
using CloudKick.Mqtt.Transport;

namespace CloudKick.Mqtt.Client;

/// <summary>From nothing to CONNACK (MQTT 5.0 §3.1, §3.2), within the connect timeout.</summary>
internal sealed class MqttHandshake(MqttClientOptions options, TimeProvider timeProvider)
{
    /// <summary>Opens the transport, sends CONNECT and reads CONNACK.</summary>
    /// <exception cref="MqttConnectException">It did not work; the message says how far it came and why.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<(MqttTransport Transport, ConnAckPacket ConnAck)> ConnectAsync(string clientId, bool cleanStart, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        MqttTransport? transport = null;
        try
        {
            transport = await MqttTransport.ConnectAsync(options.Endpoint, options.DedicatedThread, linked.Token);
            if (options.DedicatedThread)
                await new OwnThread();
            CreateConnect(clientId, cleanStart).Encode(transport.Output);
            await transport.Output.FlushAsync(linked.Token);
            var connAck = await ReadConnAckAsync(transport.Input, linked.Token);
            Check(connAck, cleanStart);
            return (transport, connAck);
        }
        catch (Exception exception)
        {
            if (transport is not null)
                await transport.DisposeAsync();
            if (Explain(exception, transport is not null, cancellationToken) is { } explained)
                throw explained;
            throw;
        }
    }

    private ConnectPacket CreateConnect(string clientId, bool cleanStart)
    {
        var packet = new ConnectPacket
        {
            Version = options.Version,
            ClientIdentifier = clientId,
            CleanStart = cleanStart,
            KeepAlive = (ushort)Math.Ceiling(options.KeepAlive.TotalSeconds),
            Will = options.Will,
            UserName = options.UserName,
            Password = options.Password,
        };
        return options.Version == MqttProtocolVersion.V311 ? packet : packet with
        {
            SessionExpiryInterval = options.SessionExpiryInterval == 0 ? null : options.SessionExpiryInterval,
            ReceiveMaximum = options.ReceiveMaximum,
            MaximumPacketSize = options.MaximumPacketSize,
            TopicAliasMaximum = options.TopicAliasMaximum == 0 ? null : options.TopicAliasMaximum,
            RequestResponseInformation = options.RequestResponseInformation,
            RequestProblemInformation = options.RequestProblemInformation,
            AuthenticationMethod = options.AuthenticationMethod,
            AuthenticationData = options.AuthenticationData,
            UserProperties = options.UserProperties,
        };
    }

    private async Task<ConnAckPacket> ReadConnAckAsync(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (MqttFrame.TryRead(ref buffer, (int)options.MaximumPacketSize, out var frame))
            {
                var connAck = frame.Type == MqttPacketType.ConnAck
                    ? ConnAckPacket.Decode(frame, options.Version)
                    : throw MqttProtocolException.Error("MQTT-3.2.0-1", $"{frame.Type} before CONNACK");
                // Only CONNACK is taken; what follows it belongs to the connection.
                input.AdvanceTo(buffer.Start);
                return connAck;
            }
            input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                throw ClosedBeforeConnAck(null);
        }
    }

    private static void Check(ConnAckPacket connAck, bool cleanStart)
    {
        if (connAck.ReasonCode != MqttReasonCode.Success)
        {
            var detail = ConnectionEnd.Detail(connAck.ReasonString) + ConnectionEnd.Detail(connAck.ServerReference);
            throw new MqttConnectException(MqttConnectFailure.RefusedByServer, $"The server refused the connection: {connAck.ReasonCode.Describe()}{detail}", null, connAck.ReasonCode);
        }
        if (connAck.SessionPresent && cleanStart)
            throw MqttProtocolException.Error("MQTT-3.2.2-2", "CONNACK says that there is a session after a clean start");
    }

    private MqttConnectException? Explain(Exception exception, bool transportOpen, CancellationToken cancellationToken) => exception switch
    {
        MqttProtocolException protocol => new(MqttConnectFailure.Protocol, $"{options.Endpoint} does not speak MQTT as it should: {protocol.Message}", protocol, protocol.ReasonCode),
        IOException or SocketException => ClosedBeforeConnAck(exception),
        OperationCanceledException when !cancellationToken.IsCancellationRequested => new(
            MqttConnectFailure.Timeout,
            $"No {(transportOpen ? "CONNACK from" : "connection to")} {options.Endpoint} within {options.ConnectTimeout.TotalSeconds:0.#} s{(transportOpen ? "" : ": a firewall on the way?")}",
            exception),
        _ => null,
    };

    private MqttConnectException ClosedBeforeConnAck(Exception? exception)
    {
        var guess = options.Endpoint.Tls is null ? "not an MQTT port, or the client is refused?" : "certificate or policy refused?";
        var detail = exception is null ? "" : $" ({exception.Message})";
        return new MqttConnectException(MqttConnectFailure.ClosedBeforeConnAck, $"{options.Endpoint} closed before CONNACK: {guess}{detail}", exception)
        {
            OverTls = options.Endpoint.Tls is not null,
        };
    }
}
