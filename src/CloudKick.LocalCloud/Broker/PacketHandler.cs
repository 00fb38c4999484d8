using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud;

/// <summary>What a client sends after CONNECT, by AWS's rules. One per connection, called by its reader only.</summary>
internal sealed class PacketHandler(Broker broker, ClientConnection connection, Session session)
{
    private readonly PublishHandler _publishing = new(broker, connection);
    private readonly SubscribeHandler _subscribing = new(broker, connection, session);

    /// <exception cref="MqttProtocolException">The packet is not what MQTT says, or not accepted here.</exception>
    public void Handle(in MqttFrame frame)
    {
        switch (frame.Type)
        {
            case MqttPacketType.Publish:
                _publishing.Handle(PublishPacket.Decode(frame, connection.Version));
                break;
            case MqttPacketType.PubAck:
                broker.Counters.Acknowledged();
                session.Acknowledge(connection, PubAckPacket.Decode(frame, connection.Version).PacketIdentifier);
                break;
            case MqttPacketType.Subscribe:
                _subscribing.Handle(SubscribePacket.Decode(frame, connection.Version));
                break;
            case MqttPacketType.Unsubscribe:
                _subscribing.Handle(UnsubscribePacket.Decode(frame, connection.Version));
                break;
            case MqttPacketType.PingReq:
                connection.Writer.Send(default(PingRespPacket));
                break;
            case MqttPacketType.Disconnect:
                Handle(DisconnectPacket.Decode(frame, connection.Version));
                break;
            default:
                // CONNECT again, QoS 2's packets, AUTH, or what only a server sends.
                throw new MqttProtocolException(MqttReasonCode.ProtocolError, "MQTT-4.13.1-1", $"{frame.Type} is not accepted here");
        }
    }

    private void Handle(DisconnectPacket packet)
    {
        if (packet.SessionExpiryInterval is { } seconds)
        {
            var asked = TimeSpan.FromSeconds(seconds);
            broker.ChangeExpiry(session, connection, asked < broker.Limits.MaximumSessionExpiry ? asked : broker.Limits.MaximumSessionExpiry);
        }
        if (packet.ReasonCode == MqttReasonCode.DisconnectWithWillMessage) connection.Close(CloseCause.ClientInitiated);
        else connection.Leave();
    }
}
