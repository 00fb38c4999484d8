using CloudKick.Mqtt.Packets;
using FsCheck;
using FsCheck.Fluent;

namespace CloudKick.Mqtt.Tests.Packets;

/// <summary>Any packet that a version allows.</summary>
internal static class GeneratedPackets
{
    private static readonly Gen<string> Text = Gen.Elements("", "a", "NL000123", "é€😀", "\uFEFFmark", new string('x', 127), new string('y', 128), new string('z', 20_000));
    private static readonly Gen<string> Topic = Gen.Elements("a", "/", "NL-CAT/NL000123", "$aws/events", " ", "é/€/😀", new string('t', 300));
    private static readonly Gen<string> Filter = Gen.Elements("a", "#", "+", "a/+/b", "NL-CAT/#", "$share/g/a/#", "/+");
    private static readonly Gen<ushort> Identifier = Gen.Choose(1, ushort.MaxValue).Select(value => (ushort)value);
    private static readonly Gen<ushort> Small = Gen.Choose(0, ushort.MaxValue).Select(value => (ushort)value);
    private static readonly Gen<uint> Large = Gen.OneOf(Gen.Elements(0u, 1u, uint.MaxValue), Gen.Choose(0, int.MaxValue).Select(value => (uint)value));
    private static readonly Gen<uint> SubscriptionIdentifier = Gen.OneOf(Gen.Elements(1u, 127u, 128u, 268_435_455u), Gen.Choose(1, 268_435_455).Select(value => (uint)value));
    private static readonly Gen<ReadOnlyMemory<byte>> Data =
        from length in Gen.Elements(0, 1, 127, 128, 5_000)
        from seed in Gen.Choose(0, 255)
        select (ReadOnlyMemory<byte>)Enumerable.Range(seed, length).Select(value => (byte)value).ToArray();

    private static readonly Gen<IReadOnlyList<MqttUserProperty>> UserProperties =
        Gen.Zip(Text, Text).Select(pair => new MqttUserProperty(pair.Item1, pair.Item2)).ListOf().Resize(4).Select(list => (IReadOnlyList<MqttUserProperty>)[.. list]);

    private static readonly Gen<MqttQualityOfService> QualityOfService = Gen.Elements(Enum.GetValues<MqttQualityOfService>());

    public static Gen<object> Any(MqttProtocolVersion version) => Gen.OneOf(
        Connect(version).Select(packet => (object)packet),
        ConnAck(version).Select(packet => (object)packet),
        Publish(version).Select(packet => (object)packet),
        Acknowledgement(version),
        Subscribe(version).Select(packet => (object)packet),
        SubAck(version).Select(packet => (object)packet),
        Unsubscribe(version).Select(packet => (object)packet),
        UnsubAck(version).Select(packet => (object)packet),
        version == MqttProtocolVersion.V5 ? Disconnect().Select(packet => (object)packet) : Gen.Constant((object)new DisconnectPacket()),
        version == MqttProtocolVersion.V5 ? Auth().Select(packet => (object)packet) : Gen.Constant((object)new PingReqPacket()));

    private static Gen<MqttMessage> Message(MqttProtocolVersion version)
    {
        var plain =
            from topic in Topic
            from payload in Data
            from qualityOfService in QualityOfService
            from retain in Flag
            select new MqttMessage { Topic = topic, Payload = payload, QualityOfService = qualityOfService, Retain = retain };
        return version == MqttProtocolVersion.V311 ? plain :
            from message in plain
            from expiry in Perhaps(Large)
            from contentType in PerhapsText(Text)
            from responseTopic in PerhapsText(Topic)
            from correlation in Perhaps(Data)
            from format in Perhaps(Flag)
            from userProperties in UserProperties
            select message with
            {
                MessageExpiryInterval = expiry,
                ContentType = contentType,
                ResponseTopic = responseTopic,
                CorrelationData = correlation,
                PayloadFormatIndicator = format,
                UserProperties = userProperties,
            };
    }

    private static Gen<ConnectPacket> Connect(MqttProtocolVersion version)
    {
        var plain =
            from clientId in Text
            from clean in Flag
            from keepAlive in Small
            from hasWill in Flag
            from will in Message(version)
            from delay in Large
            from userName in PerhapsText(Text)
            from password in Perhaps(Data)
            select new ConnectPacket
            {
                Version = version,
                ClientIdentifier = clientId,
                CleanStart = clean,
                KeepAlive = keepAlive,
                Will = hasWill ? new MqttWill(will) { DelayInterval = version == MqttProtocolVersion.V5 ? delay : 0 } : null,
                UserName = userName,
                Password = version == MqttProtocolVersion.V5 || userName is not null ? password : null,
            };
        return version == MqttProtocolVersion.V311 ? plain :
            from packet in plain
            from expiry in Perhaps(Large)
            from receiveMaximum in Perhaps(Identifier)
            from maximumPacketSize in Perhaps(SubscriptionIdentifier)
            from aliases in Perhaps(Small)
            from response in Perhaps(Flag)
            from problem in Perhaps(Flag)
            from method in PerhapsText(Text)
            from data in Perhaps(Data)
            from userProperties in UserProperties
            select packet with
            {
                SessionExpiryInterval = expiry,
                ReceiveMaximum = receiveMaximum,
                MaximumPacketSize = maximumPacketSize,
                TopicAliasMaximum = aliases,
                RequestResponseInformation = response,
                RequestProblemInformation = problem,
                AuthenticationMethod = method,
                AuthenticationData = method is null ? null : data,
                UserProperties = userProperties,
            };
    }

    private static Gen<ConnAckPacket> ConnAck(MqttProtocolVersion version)
    {
        var reasonCodes = version == MqttProtocolVersion.V311
            ? Gen.Elements(MqttReasonCode.Success, MqttReasonCode.NotAuthorized, MqttReasonCode.ClientIdentifierNotValid)
            : Gen.Elements(MqttReasonCode.Success, MqttReasonCode.NotAuthorized, MqttReasonCode.ServerMoved, MqttReasonCode.ConnectionRateExceeded);
        var plain =
            from reasonCode in reasonCodes
            from session in Flag
            select new ConnAckPacket { ReasonCode = reasonCode, SessionPresent = session && reasonCode == MqttReasonCode.Success };
        return version == MqttProtocolVersion.V311 ? plain :
            from packet in plain
            from expiry in Perhaps(Large)
            from receiveMaximum in Perhaps(Identifier)
            from quality in Perhaps(Gen.Elements(MqttQualityOfService.AtMostOnce, MqttQualityOfService.AtLeastOnce))
            from flags in Gen.Zip(Gen.Zip(Perhaps(Flag), Perhaps(Flag)), Gen.Zip(Perhaps(Flag), Perhaps(Flag)))
            from maximumPacketSize in Perhaps(SubscriptionIdentifier)
            from texts in Gen.Zip(Gen.Zip(PerhapsText(Text), PerhapsText(Text)), Gen.Zip(PerhapsText(Text), PerhapsText(Text)))
            from numbers in Gen.Zip(Perhaps(Small), Perhaps(Small))
            from method in PerhapsText(Text)
            from data in Perhaps(Data)
            from userProperties in UserProperties
            select packet with
            {
                SessionExpiryInterval = expiry,
                ReceiveMaximum = receiveMaximum,
                MaximumQualityOfService = quality,
                RetainAvailable = flags.Item1.Item1,
                WildcardSubscriptionAvailable = flags.Item1.Item2,
                SubscriptionIdentifiersAvailable = flags.Item2.Item1,
                SharedSubscriptionAvailable = flags.Item2.Item2,
                MaximumPacketSize = maximumPacketSize,
                AssignedClientIdentifier = texts.Item1.Item1,
                ReasonString = texts.Item1.Item2,
                ResponseInformation = texts.Item2.Item1,
                ServerReference = texts.Item2.Item2,
                TopicAliasMaximum = numbers.Item1,
                ServerKeepAlive = numbers.Item2,
                AuthenticationMethod = method,
                AuthenticationData = data,
                UserProperties = userProperties,
            };
    }

    private static Gen<PublishPacket> Publish(MqttProtocolVersion version) =>
        from message in Message(version)
        from identifier in Identifier
        from duplicate in Flag
        from alias in Perhaps(Identifier)
        from aliasAlone in Flag
        from subscriptions in SubscriptionIdentifier.ListOf().Resize(3)
        let v5 = version == MqttProtocolVersion.V5
        let acknowledged = message.QualityOfService > MqttQualityOfService.AtMostOnce
        select new PublishPacket
        {
            Message = v5 && alias is not null && aliasAlone ? message with { Topic = "" } : message,
            PacketIdentifier = acknowledged ? identifier : (ushort)0,
            Duplicate = acknowledged && duplicate,
            TopicAlias = v5 ? alias : null,
            SubscriptionIdentifiers = v5 ? [.. subscriptions] : [],
        };

    private static Gen<object> Acknowledgement(MqttProtocolVersion version) =>
        from identifier in Identifier
        from reasonString in PerhapsText(Text)
        from userProperties in UserProperties
        from refused in Flag
        from kind in Gen.Choose(0, 3)
        let v5 = version == MqttProtocolVersion.V5
        let text = v5 ? reasonString : null
        let properties = v5 ? userProperties : []
        select kind switch
        {
            0 => new PubAckPacket(identifier, v5 && refused ? MqttReasonCode.NotAuthorized : 0) { ReasonString = text, UserProperties = properties },
            1 => new PubRecPacket(identifier, v5 && refused ? MqttReasonCode.QuotaExceeded : 0) { ReasonString = text, UserProperties = properties },
            2 => new PubRelPacket(identifier, v5 && refused ? MqttReasonCode.PacketIdentifierNotFound : 0) { ReasonString = text, UserProperties = properties },
            _ => (object)new PubCompPacket(identifier, v5 && refused ? MqttReasonCode.PacketIdentifierNotFound : 0) { ReasonString = text, UserProperties = properties },
        };

    private static Gen<SubscribePacket> Subscribe(MqttProtocolVersion version)
    {
        var v5 = version == MqttProtocolVersion.V5;
        var subscription =
            from filter in Filter
            from quality in QualityOfService
            from noLocal in Flag
            from asPublished in Flag
            from handling in Gen.Elements(Enum.GetValues<MqttRetainHandling>())
            select new MqttSubscription(filter, quality)
            {
                NoLocal = v5 && noLocal && !filter.StartsWith('$'),
                RetainAsPublished = v5 && asPublished,
                RetainHandling = v5 ? handling : default,
            };
        return
            from identifier in Identifier
            from subscriptions in subscription.NonEmptyListOf().Resize(5)
            from subscriptionIdentifier in Perhaps(SubscriptionIdentifier)
            from userProperties in UserProperties
            select new SubscribePacket
            {
                PacketIdentifier = identifier,
                Subscriptions = [.. subscriptions],
                SubscriptionIdentifier = v5 ? subscriptionIdentifier : null,
                UserProperties = v5 ? userProperties : [],
            };
    }

    private static Gen<SubAckPacket> SubAck(MqttProtocolVersion version)
    {
        var v5 = version == MqttProtocolVersion.V5;
        var reasonCode = v5
            ? Gen.Elements(MqttReasonCode.Success, MqttReasonCode.GrantedQoS1, MqttReasonCode.NotAuthorized, MqttReasonCode.WildcardSubscriptionsNotSupported)
            : Gen.Elements(MqttReasonCode.Success, MqttReasonCode.GrantedQoS1, MqttReasonCode.GrantedQoS2, MqttReasonCode.UnspecifiedError);
        return
            from identifier in Identifier
            from codes in reasonCode.NonEmptyListOf().Resize(10)
            from reasonString in PerhapsText(Text)
            from userProperties in UserProperties
            select new SubAckPacket
            {
                PacketIdentifier = identifier,
                ReasonCodes = [.. codes],
                ReasonString = v5 ? reasonString : null,
                UserProperties = v5 ? userProperties : [],
            };
    }

    private static Gen<UnsubscribePacket> Unsubscribe(MqttProtocolVersion version) =>
        from identifier in Identifier
        from filters in Filter.NonEmptyListOf().Resize(5)
        from userProperties in UserProperties
        select new UnsubscribePacket
        {
            PacketIdentifier = identifier,
            TopicFilters = [.. filters],
            UserProperties = version == MqttProtocolVersion.V5 ? userProperties : [],
        };

    private static Gen<UnsubAckPacket> UnsubAck(MqttProtocolVersion version) =>
        from identifier in Identifier
        from codes in Gen.Elements(MqttReasonCode.Success, MqttReasonCode.NoSubscriptionExisted, MqttReasonCode.NotAuthorized).NonEmptyListOf().Resize(10)
        from reasonString in PerhapsText(Text)
        from userProperties in UserProperties
        let v5 = version == MqttProtocolVersion.V5
        select new UnsubAckPacket
        {
            PacketIdentifier = identifier,
            ReasonCodes = v5 ? [.. codes] : [],
            ReasonString = v5 ? reasonString : null,
            UserProperties = v5 ? userProperties : [],
        };

    private static Gen<DisconnectPacket> Disconnect() =>
        from reasonCode in Gen.Elements(MqttReasonCode.Success, MqttReasonCode.DisconnectWithWillMessage, MqttReasonCode.SessionTakenOver)
        from expiry in Perhaps(Large)
        from reasonString in PerhapsText(Text)
        from reference in PerhapsText(Text)
        from userProperties in UserProperties
        select new DisconnectPacket
        {
            ReasonCode = reasonCode,
            SessionExpiryInterval = expiry,
            ReasonString = reasonString,
            ServerReference = reference,
            UserProperties = userProperties,
        };

    private static Gen<AuthPacket> Auth() =>
        from reasonCode in Gen.Elements(MqttReasonCode.Success, MqttReasonCode.ContinueAuthentication, MqttReasonCode.ReAuthenticate)
        from method in PerhapsText(Text)
        from data in Perhaps(Data)
        from reasonString in PerhapsText(Text)
        from userProperties in UserProperties
        select new AuthPacket
        {
            ReasonCode = reasonCode,
            AuthenticationMethod = method,
            AuthenticationData = data,
            ReasonString = reasonString,
            UserProperties = userProperties,
        };

    private static Gen<bool> Flag => Gen.Elements(false, true);

    private static Gen<T?> Perhaps<T>(Gen<T> gen) where T : struct => Gen.OneOf(Gen.Constant((T?)null), gen.Select(value => (T?)value));

    private static Gen<string?> PerhapsText(Gen<string> gen) => Gen.OneOf(Gen.Constant((string?)null), gen.Select(value => (string?)value));
}
