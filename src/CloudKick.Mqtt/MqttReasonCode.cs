namespace CloudKick.Mqtt;

/// <summary>
/// Why, in one byte (MQTT 5.0 §2.4). From 0x80 on it is a failure. Return codes of MQTT 3.1.1 (§3.2.2.3, §3.9.3) are translated to these
/// when a packet is decoded and back when it is encoded.
/// </summary>
public enum MqttReasonCode : byte
{
    /// <summary>Done; also "normal disconnection" in DISCONNECT and "granted QoS 0" in SUBACK.</summary>
    Success = 0x00,

    /// <summary>SUBACK: the subscription delivers at most QoS 1.</summary>
    GrantedQoS1 = 0x01,

    /// <summary>SUBACK: the subscription delivers at most QoS 2.</summary>
    GrantedQoS2 = 0x02,

    /// <summary>DISCONNECT: publish the will all the same.</summary>
    DisconnectWithWillMessage = 0x04,

    /// <summary>PUBACK: accepted, and nobody is subscribed.</summary>
    NoMatchingSubscribers = 0x10,

    /// <summary>UNSUBACK: there was nothing to remove.</summary>
    NoSubscriptionExisted = 0x11,

    /// <summary>AUTH: the exchange goes on.</summary>
    ContinueAuthentication = 0x18,

    /// <summary>AUTH: the client starts it again.</summary>
    ReAuthenticate = 0x19,

    /// <summary>The sender does not say why.</summary>
    UnspecifiedError = 0x80,

    /// <summary>A packet could not be parsed.</summary>
    MalformedPacket = 0x81,

    /// <summary>A packet was not allowed there or contradicts itself.</summary>
    ProtocolError = 0x82,

    /// <summary>Valid, but not accepted by this implementation.</summary>
    ImplementationSpecificError = 0x83,

    /// <summary>CONNACK: another MQTT version is wanted.</summary>
    UnsupportedProtocolVersion = 0x84,

    /// <summary>CONNACK: valid UTF-8, not allowed as a client id.</summary>
    ClientIdentifierNotValid = 0x85,

    /// <summary>CONNACK.</summary>
    BadUserNameOrPassword = 0x86,

    /// <summary>A policy says no.</summary>
    NotAuthorized = 0x87,

    /// <summary>CONNACK.</summary>
    ServerUnavailable = 0x88,

    /// <summary>Try again later.</summary>
    ServerBusy = 0x89,

    /// <summary>CONNACK: this client is shut out.</summary>
    Banned = 0x8A,

    /// <summary>DISCONNECT.</summary>
    ServerShuttingDown = 0x8B,

    /// <summary>The authentication method is not supported or not the one agreed.</summary>
    BadAuthenticationMethod = 0x8C,

    /// <summary>DISCONNECT: nothing received for one and a half times the keep-alive.</summary>
    KeepAliveTimeout = 0x8D,

    /// <summary>DISCONNECT: another connection uses this client id.</summary>
    SessionTakenOver = 0x8E,

    /// <summary>Well formed, not accepted.</summary>
    TopicFilterInvalid = 0x8F,

    /// <summary>Well formed, not accepted.</summary>
    TopicNameInvalid = 0x90,

    /// <summary>The two sides' sessions disagree.</summary>
    PacketIdentifierInUse = 0x91,

    /// <summary>The two sides' sessions disagree.</summary>
    PacketIdentifierNotFound = 0x92,

    /// <summary>More unacknowledged messages than the receiver allowed.</summary>
    ReceiveMaximumExceeded = 0x93,

    /// <summary>Alias 0 or above the receiver's maximum.</summary>
    TopicAliasInvalid = 0x94,

    /// <summary>Larger than the receiver's Maximum Packet Size.</summary>
    PacketTooLarge = 0x95,

    /// <summary>DISCONNECT.</summary>
    MessageRateTooHigh = 0x96,

    /// <summary>A limit set by the implementation or an administrator.</summary>
    QuotaExceeded = 0x97,

    /// <summary>DISCONNECT: an operator did it.</summary>
    AdministrativeAction = 0x98,

    /// <summary>The payload is not what Payload Format Indicator says.</summary>
    PayloadFormatInvalid = 0x99,

    /// <summary>The server keeps no retained messages.</summary>
    RetainNotSupported = 0x9A,

    /// <summary>Above the server's Maximum QoS.</summary>
    QoSNotSupported = 0x9B,

    /// <summary>For now; see Server Reference.</summary>
    UseAnotherServer = 0x9C,

    /// <summary>For good; see Server Reference.</summary>
    ServerMoved = 0x9D,

    /// <summary>Shared subscriptions not supported.</summary>
    SharedSubscriptionsNotSupported = 0x9E,

    /// <summary>Connection rate exceeded.</summary>
    ConnectionRateExceeded = 0x9F,

    /// <summary>DISCONNECT: connected as long as this connection may be.</summary>
    MaximumConnectTime = 0xA0,

    /// <summary>Subscription identifiers not supported.</summary>
    SubscriptionIdentifiersNotSupported = 0xA1,

    /// <summary>Wildcard subscriptions not supported.</summary>
    WildcardSubscriptionsNotSupported = 0xA2,
}
