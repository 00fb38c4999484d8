namespace CloudKick.Mqtt.Wire;

/// <summary>The property block that is only Reason String and User Properties, as all acknowledgements have it (MQTT 5.0 §3.4.2.2).</summary>
internal readonly record struct ReasonProperties(string? ReasonString, IReadOnlyList<MqttUserProperty> UserProperties)
{
    public static readonly ReasonProperties None = new(null, []);

    public static ReasonProperties Read(ref MqttReader reader)
    {
        var properties = reader.ReadProperties();
        if (properties.AtEnd)
            return None;
        string? reasonString = null;
        List<MqttUserProperty>? userProperties = null;
        var seen = default(PropertySet);
        while (properties.TryReadProperty(PropertySet.Acknowledgement, ref seen, out var identifier))
        {
            if (identifier == PropertyIdentifier.ReasonString)
                reasonString = properties.ReadString();
            else
                properties.AddUserProperty(ref userProperties);
        }
        return new ReasonProperties(reasonString, userProperties ?? None.UserProperties);
    }

    public static void Write(ref MqttWriter writer, string? reasonString, IReadOnlyList<MqttUserProperty> userProperties)
    {
        var start = writer.BeginProperties();
        writer.WriteProperty(PropertyIdentifier.ReasonString, reasonString);
        writer.WriteUserProperties(userProperties);
        writer.EndProperties(start);
    }
}
