using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt.Tests.Packets;

/// <summary>Every packet, each with all that its version allows.</summary>
internal static class SamplePackets
{
    private static readonly MqttUserProperty[] UserProperties = [new("traceparent", "00-ab-cd-01"), new("", "é€😀"), new("traceparent", "again")];

    private static readonly MqttMessage PlainMessage = new()
    {
        Topic = "NL-CAT/NL000123",
        Payload = "{\"v\":1}"u8.ToArray(),
        QualityOfService = MqttQualityOfService.AtLeastOnce,
    };

    private static readonly MqttMessage FullMessage = PlainMessage with
    {
        Retain = true,
        MessageExpiryInterval = 30,
        ContentType = "application/json",
        ResponseTopic = "NL-CAT/NL000123/ack",
        CorrelationData = new byte[] { 0, 255, 7 },
        PayloadFormatIndicator = true,
        UserProperties = UserProperties,
    };

    public static IEnumerable<object> Of(MqttProtocolVersion version) => version == MqttProtocolVersion.V5 ? Version5() : Version311();

    private static IEnumerable<object> Version311() =>
    [
        new ConnectPacket { Version = MqttProtocolVersion.V311, ClientIdentifier = "" },
        new ConnectPacket
        {
            Version = MqttProtocolVersion.V311,
            ClientIdentifier = "NL000123",
            CleanStart = false,
            KeepAlive = 1200,
            UserName = "user",
            Password = new byte[] { 1, 0, 2 },
            Will = new MqttWill(PlainMessage with { Retain = true }),
        },
        new ConnAckPacket { ReasonCode = MqttReasonCode.Success, SessionPresent = true },
        new ConnAckPacket { ReasonCode = MqttReasonCode.NotAuthorized },
        new PublishPacket { Message = PlainMessage with { QualityOfService = MqttQualityOfService.AtMostOnce, Payload = default } },
        new PublishPacket { Message = PlainMessage with { Retain = true }, PacketIdentifier = 65535, Duplicate = true },
        new PublishPacket { Message = PlainMessage with { QualityOfService = MqttQualityOfService.ExactlyOnce }, PacketIdentifier = 1 },
        new PubAckPacket(1),
        new PubRecPacket(2),
        new PubRelPacket(3),
        new PubCompPacket(65535),
        new SubscribePacket
        {
            PacketIdentifier = 12,
            Subscriptions = [new("NL-CAT/+", MqttQualityOfService.AtLeastOnce), new("$share/relay/a/#", MqttQualityOfService.AtMostOnce)],
        },
        new SubAckPacket { PacketIdentifier = 12, ReasonCodes = [MqttReasonCode.GrantedQoS1, MqttReasonCode.UnspecifiedError] },
        new UnsubscribePacket { PacketIdentifier = 13, TopicFilters = ["NL-CAT/+", "#"] },
        new UnsubAckPacket { PacketIdentifier = 13 },
        new PingReqPacket(),
        new PingRespPacket(),
        new DisconnectPacket(),
    ];

    private static IEnumerable<object> Version5() =>
    [
        new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = "" },
        new ConnectPacket
        {
            Version = MqttProtocolVersion.V5,
            ClientIdentifier = "relay-a-1",
            CleanStart = false,
            KeepAlive = 30,
            UserName = "user",
            Password = new byte[] { 1, 0, 2 },
            Will = new MqttWill(FullMessage) { DelayInterval = 5 },
            SessionExpiryInterval = uint.MaxValue,
            ReceiveMaximum = 100,
            MaximumPacketSize = 131072,
            TopicAliasMaximum = 8,
            RequestResponseInformation = true,
            RequestProblemInformation = false,
            AuthenticationMethod = "SCRAM-SHA-256",
            AuthenticationData = new byte[] { 9, 8 },
            UserProperties = UserProperties,
        },
        new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = "password alone", Password = new byte[] { 1 } },
        new ConnAckPacket { ReasonCode = MqttReasonCode.Success },
        new ConnAckPacket
        {
            ReasonCode = MqttReasonCode.Success,
            SessionPresent = true,
            SessionExpiryInterval = 3600,
            ReceiveMaximum = 100,
            MaximumQualityOfService = MqttQualityOfService.AtLeastOnce,
            RetainAvailable = true,
            MaximumPacketSize = 149504,
            AssignedClientIdentifier = "auto-1",
            TopicAliasMaximum = 8,
            ReasonString = "welcome",
            UserProperties = UserProperties,
            WildcardSubscriptionAvailable = true,
            SubscriptionIdentifiersAvailable = false,
            SharedSubscriptionAvailable = true,
            ServerKeepAlive = 1200,
            ResponseInformation = "answers/",
            ServerReference = "other.example:8883",
            AuthenticationMethod = "SCRAM-SHA-256",
            AuthenticationData = new byte[] { 4 },
        },
        new ConnAckPacket { ReasonCode = MqttReasonCode.ServerMoved, MaximumQualityOfService = MqttQualityOfService.AtMostOnce, ServerReference = "new.example" },
        new PublishPacket { Message = PlainMessage with { QualityOfService = MqttQualityOfService.AtMostOnce, PayloadFormatIndicator = false } },
        new PublishPacket { Message = FullMessage, PacketIdentifier = 10, Duplicate = true, TopicAlias = 3, SubscriptionIdentifiers = [1, 127, 128, 268_435_455] },
        new PublishPacket { Message = PlainMessage with { Topic = "" }, PacketIdentifier = 10, TopicAlias = 65535 },
        new PublishPacket { Message = PlainMessage with { QualityOfService = MqttQualityOfService.ExactlyOnce }, PacketIdentifier = 1 },
        new PubAckPacket(1),
        new PubAckPacket(1, MqttReasonCode.NoMatchingSubscribers),
        new PubAckPacket(1) { ReasonString = "fine", UserProperties = UserProperties },
        new PubRecPacket(2, MqttReasonCode.QuotaExceeded) { ReasonString = "no" },
        new PubRelPacket(3, MqttReasonCode.PacketIdentifierNotFound) { UserProperties = UserProperties },
        new PubCompPacket(4),
        new SubscribePacket
        {
            PacketIdentifier = 12,
            SubscriptionIdentifier = 268_435_455,
            UserProperties = UserProperties,
            Subscriptions =
            [
                new("NL-CAT/+", MqttQualityOfService.AtLeastOnce) { NoLocal = true, RetainAsPublished = true, RetainHandling = MqttRetainHandling.DoNotSend },
                new("$share/relay/a/#", MqttQualityOfService.ExactlyOnce) { RetainHandling = MqttRetainHandling.SendAtNewSubscribe },
            ],
        },
        new SubAckPacket
        {
            PacketIdentifier = 12,
            ReasonString = "half",
            UserProperties = UserProperties,
            ReasonCodes = [MqttReasonCode.GrantedQoS1, MqttReasonCode.NotAuthorized, MqttReasonCode.QuotaExceeded],
        },
        new UnsubscribePacket { PacketIdentifier = 13, TopicFilters = ["NL-CAT/+", "#"], UserProperties = UserProperties },
        new UnsubAckPacket
        {
            PacketIdentifier = 13,
            ReasonString = "ok",
            UserProperties = UserProperties,
            ReasonCodes = [MqttReasonCode.Success, MqttReasonCode.NoSubscriptionExisted],
        },
        new PingReqPacket(),
        new PingRespPacket(),
        new DisconnectPacket(),
        new DisconnectPacket { ReasonCode = MqttReasonCode.DisconnectWithWillMessage },
        new DisconnectPacket
        {
            ReasonCode = MqttReasonCode.SessionTakenOver,
            SessionExpiryInterval = 7,
            ReasonString = "another connection",
            ServerReference = "b.example",
            UserProperties = UserProperties,
        },
        new AuthPacket(),
        new AuthPacket
        {
            ReasonCode = MqttReasonCode.ContinueAuthentication,
            AuthenticationMethod = "SCRAM-SHA-256",
            AuthenticationData = new byte[] { 1, 2 },
            ReasonString = "next",
            UserProperties = UserProperties,
        },
    ];
}
