using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;
using Microsoft.Extensions.Logging;

namespace CloudKick.LocalCloud;

/// <summary>Whether a client that has sent CONNECT is let in, by AWS's rules; who is not is told so as AWS does. Called by the connection's reader only.</summary>
internal sealed class ConnectHandler(Broker broker, ClientConnection connection, ILogger logger)
{
    /// <returns>False if the client was refused: the connection is being closed.</returns>
    public bool Admits(ConnectPacket connect, ConnectTerms terms)
    {
        if (ConnectTerms.Refusal(connect, broker.Limits) is { } refusal) return Refuse(refusal, CloseCause.ClientError());
        if (!IsAuthorized(connect, persistent: terms.SessionExpiry > TimeSpan.Zero))
        {
            broker.Presence.ConnectFailed(connection.Identity);
            return Refuse(MqttReasonCode.NotAuthorized, new CloseCause(CloseCause.NotAuthorized.DisconnectReason));
        }
        return broker.Quotas.MayConnect(connection.Identity.Client.ClientId)
            || Refuse(MqttReasonCode.QuotaExceeded, new CloseCause(CloseCause.SlowConsumer.DisconnectReason));
    }

    private bool IsAuthorized(ConnectPacket connect, bool persistent) =>
        connection.Permissions.MayConnect(persistent, connect.Will is not null)
        && (connect.Will?.Message is not { } will || connection.Permissions.MayPublish(will.Topic, will.Retain));

    /// <summary>AWS tells a 3.1.1 client only that its client id is impossible; anything else it answers by closing.</summary>
    private bool Refuse(MqttReasonCode code, CloseCause cause)
    {
        BrokerLog.ConnectRefused(logger, connection.Identity.Client.ThingName, connection.Identity.Client.ClientId, code.Describe());
        if (connection.Version == MqttProtocolVersion.V5 || code == MqttReasonCode.ClientIdentifierNotValid)
            connection.Writer.Send(new ConnAckPacket { ReasonCode = code });
        connection.Close(cause);
        return false;
    }
}
