using System.Text;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud;

/// <summary>What a CONNECT asks for, as far as AWS grants it.</summary>
internal sealed record ConnectTerms(TimeSpan KeepAlive, TimeSpan SessionExpiry, int Window, int MaximumPacketSize)
{
    public static ConnectTerms For(ConnectPacket connect, BrokerLimits limits)
    {
        var sessionExpiry = connect.Version switch
        {
            MqttProtocolVersion.V5 => TimeSpan.FromSeconds(connect.SessionExpiryInterval ?? 0),
            _ => connect.CleanStart ? TimeSpan.Zero : limits.MaximumSessionExpiry,
        };
        return new ConnectTerms(
            KeepAliveFor(connect.KeepAlive, limits),
            AtMost(sessionExpiry, limits.MaximumSessionExpiry),
            Math.Min(connect.ReceiveMaximum ?? ushort.MaxValue, limits.ReceiveMaximum),
            (int)Math.Min(connect.MaximumPacketSize ?? MqttFrame.LargestPacket, MqttFrame.LargestPacket));
    }

    /// <summary>Why a CONNECT is refused whoever sends it; null if it is not.</summary>
    public static MqttReasonCode? Refusal(ConnectPacket connect, BrokerLimits limits)
    {
        string clientId = connect.ClientIdentifier;
        if (clientId.Length == 0 || clientId.StartsWith('$') || Encoding.UTF8.GetByteCount(clientId) > limits.MaximumClientIdBytes)
            return MqttReasonCode.ClientIdentifierNotValid;
        if (connect.AuthenticationMethod is not null) return MqttReasonCode.BadAuthenticationMethod;
        if (connect.Will?.Message is not { } will) return null;
        if (will.QualityOfService == MqttQualityOfService.ExactlyOnce) return MqttReasonCode.QoSNotSupported;
        if (TopicRules.IsReserved(will.Topic) || TopicRules.FaultInName(will.Topic, limits) is not null) return MqttReasonCode.TopicNameInvalid;
        return will.Payload.Length > limits.MaximumPayload ? MqttReasonCode.QuotaExceeded : null;
    }

    public ConnAckPacket ToConnAck(bool sessionPresent, BrokerLimits limits) => new()
    {
        ReasonCode = MqttReasonCode.Success,
        SessionPresent = sessionPresent,
        SessionExpiryInterval = (uint)SessionExpiry.TotalSeconds,
        ServerKeepAlive = (ushort)KeepAlive.TotalSeconds,
        ReceiveMaximum = limits.ReceiveMaximum,
        MaximumPacketSize = (uint)limits.MaximumPacketSize,
        MaximumQualityOfService = MqttQualityOfService.AtLeastOnce,
        TopicAliasMaximum = limits.TopicAliasMaximum,
        RetainAvailable = true,
        WildcardSubscriptionAvailable = true,
        SharedSubscriptionAvailable = true,
        SubscriptionIdentifiersAvailable = false,
    };

    private static TimeSpan KeepAliveFor(ushort seconds, BrokerLimits limits)
    {
        var asked = TimeSpan.FromSeconds(seconds);
        if (seconds == 0 || asked > limits.MaximumKeepAlive) return limits.MaximumKeepAlive;
        return asked < limits.MinimumKeepAlive ? limits.MinimumKeepAlive : asked;
    }

    private static TimeSpan AtMost(TimeSpan value, TimeSpan maximum) => value < maximum ? value : maximum;
}
