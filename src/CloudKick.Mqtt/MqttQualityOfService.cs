namespace CloudKick.Mqtt;

/// <summary>How hard a message is delivered (MQTT 5.0 §4.3).</summary>
public enum MqttQualityOfService : byte
{
    /// <summary>QoS 0: sent once, never acknowledged.</summary>
    AtMostOnce = 0,

    /// <summary>QoS 1: acknowledged by PUBACK; may arrive twice.</summary>
    AtLeastOnce = 1,

    /// <summary>QoS 2: on the wire only. this library's client neither sends nor accepts it.</summary>
    ExactlyOnce = 2,
}
