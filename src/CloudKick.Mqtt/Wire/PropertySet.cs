using static CloudKick.Mqtt.Wire.PropertyIdentifier;

namespace CloudKick.Mqtt.Wire;

/// <summary>A set of properties as bits; which properties may stand in which packet (MQTT 5.0 table 2-4).</summary>
internal readonly record struct PropertySet(ulong Bits)
{
    public static readonly PropertySet Connect = Of(SessionExpiryInterval, AuthenticationMethod, AuthenticationData, RequestProblemInformation,
        RequestResponseInformation, ReceiveMaximum, TopicAliasMaximum, UserProperty, MaximumPacketSize);

    public static readonly PropertySet Will = Of(WillDelayInterval, PayloadFormatIndicator, MessageExpiryInterval, ContentType, ResponseTopic,
        CorrelationData, UserProperty);

    public static readonly PropertySet ConnAck = Of(SessionExpiryInterval, AssignedClientIdentifier, ServerKeepAlive, AuthenticationMethod,
        AuthenticationData, ResponseInformation, ServerReference, ReasonString, ReceiveMaximum, TopicAliasMaximum, MaximumQoS, RetainAvailable,
        UserProperty, MaximumPacketSize, WildcardSubscriptionAvailable, SubscriptionIdentifierAvailable, SharedSubscriptionAvailable);

    public static readonly PropertySet Publish = Of(PayloadFormatIndicator, MessageExpiryInterval, ContentType, ResponseTopic, CorrelationData,
        SubscriptionIdentifier, TopicAlias, UserProperty);

    public static readonly PropertySet Subscribe = Of(SubscriptionIdentifier, UserProperty);

    public static readonly PropertySet Unsubscribe = Of(UserProperty);

    /// <summary>PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK and UNSUBACK.</summary>
    public static readonly PropertySet Acknowledgement = Of(ReasonString, UserProperty);

    public static readonly PropertySet Disconnect = Of(SessionExpiryInterval, ServerReference, ReasonString, UserProperty);

    public static readonly PropertySet Auth = Of(AuthenticationMethod, AuthenticationData, ReasonString, UserProperty);

    /// <summary>Every other property at most once; PUBLISH alone may carry several Subscription Identifiers (§3.3.2.3.8).</summary>
    private static readonly PropertySet Repeatable = Of(UserProperty);

    public bool Contains(PropertyIdentifier property) => (byte)property < 64 && (Bits & Bit(property)) != 0;

    public PropertySet With(PropertyIdentifier property) => new(Bits | Bit(property));

    public static bool MayRepeat(PropertyIdentifier property, PropertySet allowed) =>
        Repeatable.Contains(property) || (property == SubscriptionIdentifier && allowed == Publish);

    private static PropertySet Of(params ReadOnlySpan<PropertyIdentifier> properties)
    {
        var set = default(PropertySet);
        foreach (var property in properties)
            set = set.With(property);
        return set;
    }

    private static ulong Bit(PropertyIdentifier property) => 1UL << (byte)property;
}
