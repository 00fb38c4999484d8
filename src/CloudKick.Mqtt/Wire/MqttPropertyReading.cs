namespace CloudKick.Mqtt.Wire;

/// <summary>Reading of property blocks (MQTT 5.0 §2.2.2).</summary>
internal static class MqttPropertyReading
{
    /// <summary>The block behind its length; empty for a packet that ends where its properties may be left out.</summary>
    public static MqttReader ReadProperties(this ref MqttReader reader) => reader.ReadSlice(reader.ReadVariableByteInteger());

    /// <summary>The next property's identifier; what does not belong there or comes twice is refused.</summary>
    public static bool TryReadProperty(this ref MqttReader properties, PropertySet allowed, ref PropertySet seen, out PropertyIdentifier identifier)
    {
        identifier = default;
        if (properties.AtEnd)
            return false;
        var number = properties.ReadVariableByteInteger();
        identifier = (PropertyIdentifier)number;
        if (number > byte.MaxValue || !Enum.IsDefined(identifier))
            throw MqttProtocolException.Malformed("MQTT 5.0 §2.2.2.2", $"0x{number:X2} is no property");
        if (!allowed.Contains(identifier))
            throw MqttProtocolException.Malformed("MQTT 5.0 §2.2.2.2", $"{identifier} does not belong in this packet");
        if (seen.Contains(identifier) && !PropertySet.MayRepeat(identifier, allowed))
            throw MqttProtocolException.Error("MQTT 5.0 §2.2.2.2", $"{identifier} is there twice");
        seen = seen.With(identifier);
        return true;
    }

    public static void AddUserProperty(this ref MqttReader properties, ref List<MqttUserProperty>? userProperties) =>
        (userProperties ??= []).Add(properties.ReadUserProperty());

    public static bool ReadFlag(this ref MqttReader properties, PropertyIdentifier identifier) => properties.ReadByte() switch
    {
        0 => false,
        1 => true,
        var other => throw MqttProtocolException.Error("MQTT 5.0 §2.2.2.2", $"{identifier} is {other}, neither 0 nor 1"),
    };

    public static ushort ReadNonZeroUInt16(this ref MqttReader properties, PropertyIdentifier identifier) =>
        properties.ReadUInt16() is > 0 and var value ? value : throw Zero(identifier);

    public static uint ReadNonZeroUInt32(this ref MqttReader properties, PropertyIdentifier identifier) =>
        properties.ReadUInt32() is > 0 and var value ? value : throw Zero(identifier);

    public static uint ReadSubscriptionIdentifier(this ref MqttReader properties) =>
        properties.ReadVariableByteInteger() is > 0 and var value ? value : throw Zero(PropertyIdentifier.SubscriptionIdentifier);

    private static MqttProtocolException Zero(PropertyIdentifier identifier) =>
        MqttProtocolException.Error("MQTT 5.0 §2.2.2.2", $"{identifier} is 0");
}
