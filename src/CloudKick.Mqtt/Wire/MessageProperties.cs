namespace CloudKick.Mqtt.Wire;

/// <summary>The properties that PUBLISH and the will in CONNECT share (MQTT 5.0 §3.3.2.3, §3.1.3.2), while they are read or written.</summary>
internal struct MessageProperties
{
    private bool? _payloadFormatIndicator;
    private uint? _messageExpiryInterval;
    private string? _contentType;
    private string? _responseTopic;
    private ReadOnlyMemory<byte>? _correlationData;
    private List<MqttUserProperty>? _userProperties;

    /// <summary>Reads one of these properties; false when it is none of them.</summary>
    public bool TryRead(ref MqttReader properties, PropertyIdentifier identifier)
    {
        switch (identifier)
        {
            case PropertyIdentifier.PayloadFormatIndicator:
                _payloadFormatIndicator = properties.ReadFlag(identifier);
                return true;
            case PropertyIdentifier.MessageExpiryInterval:
                _messageExpiryInterval = properties.ReadUInt32();
                return true;
            case PropertyIdentifier.ContentType:
                _contentType = properties.ReadString();
                return true;
            case PropertyIdentifier.ResponseTopic:
                _responseTopic = properties.ReadString();
                CheckResponseTopic(_responseTopic);
                return true;
            case PropertyIdentifier.CorrelationData:
                _correlationData = properties.ReadBinary();
                return true;
            case PropertyIdentifier.UserProperty:
                properties.AddUserProperty(ref _userProperties);
                return true;
            default:
                return false;
        }
    }

    public readonly MqttMessage ToMessage(string topic, byte[] payload, MqttQualityOfService qualityOfService, bool retain) => new()
    {
        Topic = topic,
        Payload = payload,
        QualityOfService = qualityOfService,
        Retain = retain,
        PayloadFormatIndicator = _payloadFormatIndicator,
        MessageExpiryInterval = _messageExpiryInterval,
        ContentType = _contentType,
        ResponseTopic = _responseTopic,
        CorrelationData = _correlationData,
        UserProperties = _userProperties ?? ReasonProperties.None.UserProperties,
    };

    public static void Write(ref MqttWriter writer, MqttMessage message)
    {
        if (message.ResponseTopic is not null)
            CheckResponseTopic(message.ResponseTopic);
        writer.WriteProperty(PropertyIdentifier.PayloadFormatIndicator, message.PayloadFormatIndicator);
        writer.WriteProperty(PropertyIdentifier.MessageExpiryInterval, message.MessageExpiryInterval);
        writer.WriteProperty(PropertyIdentifier.ContentType, message.ContentType);
        writer.WriteProperty(PropertyIdentifier.ResponseTopic, message.ResponseTopic);
        writer.WriteProperty(PropertyIdentifier.CorrelationData, message.CorrelationData);
        writer.WriteUserProperties(message.UserProperties);
    }

    private static void CheckResponseTopic(string responseTopic)
    {
        if (MqttTopic.ValidateName(responseTopic) is { } fault)
            throw new MqttProtocolException(MqttReasonCode.ProtocolError, "MQTT-3.3.2-14", $"Response Topic: {fault}");
    }
}
