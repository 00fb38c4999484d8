namespace CloudKick.Mqtt;

/// <summary>The protocol level that CONNECT announces (MQTT 3.1.1 §3.1.2.2, MQTT 5.0 §3.1.2.2).</summary>
public enum MqttProtocolVersion : byte
{
    /// <summary>MQTT 3.1.1. No properties, and reasons only in CONNACK and SUBACK.</summary>
    V311 = 4,

    /// <summary>MQTT 5.0.</summary>
    V5 = 5,
}
