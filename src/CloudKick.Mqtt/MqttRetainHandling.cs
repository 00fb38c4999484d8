namespace CloudKick.Mqtt;

/// <summary>Whether retained messages come with a new subscription (MQTT 5.0 §3.8.3.1). MQTT 3.1.1 always sends them.</summary>
public enum MqttRetainHandling : byte
{
    /// <summary>At every SUBSCRIBE.</summary>
    SendAtSubscribe = 0,

    /// <summary>Only if the subscription did not exist yet.</summary>
    SendAtNewSubscribe = 1,

    /// <summary>Never.</summary>
    DoNotSend = 2,
}
