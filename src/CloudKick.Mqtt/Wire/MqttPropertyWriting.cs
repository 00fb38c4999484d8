namespace CloudKick.Mqtt.Wire;

/// <summary>Writing of properties (MQTT 5.0 §2.2.2): an absent value writes nothing.</summary>
internal static class MqttPropertyWriting
{
    public static void WriteProperty(this ref MqttWriter writer, PropertyIdentifier identifier, string? value)
    {
        if (value is null)
            return;
        writer.WriteByte((byte)identifier);
        writer.WriteString(value);
    }

    public static void WriteProperty(this ref MqttWriter writer, PropertyIdentifier identifier, ReadOnlyMemory<byte>? value)
    {
        if (value is not { } data)
            return;
        writer.WriteByte((byte)identifier);
        writer.WriteBinary(data.Span);
    }

    public static void WriteProperty(this ref MqttWriter writer, PropertyIdentifier identifier, bool? value)
    {
        if (value is not { } flag)
            return;
        writer.WriteByte((byte)identifier);
        writer.WriteByte(flag ? (byte)1 : (byte)0);
    }

    public static void WriteProperty(this ref MqttWriter writer, PropertyIdentifier identifier, ushort? value)
    {
        if (value is not { } number)
            return;
        writer.WriteByte((byte)identifier);
        writer.WriteUInt16(number);
    }

    public static void WriteProperty(this ref MqttWriter writer, PropertyIdentifier identifier, uint? value)
    {
        if (value is not { } number)
            return;
        writer.WriteByte((byte)identifier);
        writer.WriteUInt32(number);
    }

    public static void WriteSubscriptionIdentifier(this ref MqttWriter writer, uint value)
    {
        if (value == 0)
            throw MqttProtocolException.Error("MQTT 5.0 §3.8.2.1.2", "SubscriptionIdentifier is 0");
        writer.WriteByte((byte)PropertyIdentifier.SubscriptionIdentifier);
        writer.WriteVariableByteInteger(value);
    }

    public static void WriteUserProperties(this ref MqttWriter writer, IReadOnlyList<MqttUserProperty>? userProperties)
    {
        if (userProperties is null)
            return;
        // By index: enumerating the interface would allocate for every message.
        for (var i = 0; i < userProperties.Count; i++)
        {
            writer.WriteByte((byte)PropertyIdentifier.UserProperty);
            writer.WriteString(userProperties[i].Name);
            writer.WriteString(userProperties[i].Value);
        }
    }
}
