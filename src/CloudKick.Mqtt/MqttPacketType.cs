namespace CloudKick.Mqtt;

/// <summary>The four high bits of a packet's first byte (MQTT 5.0 §2.1.2). <see cref="Auth"/> exists in MQTT 5.0 only.</summary>
public enum MqttPacketType : byte
{
    /// <summary>Client to server: open a session.</summary>
    Connect = 1,

    /// <summary>Server to client: answer to <see cref="Connect"/>.</summary>
    ConnAck = 2,

    /// <summary>Either way: a message.</summary>
    Publish = 3,

    /// <summary>Either way: a QoS 1 message arrived.</summary>
    PubAck = 4,

    /// <summary>Either way: QoS 2, first answer.</summary>
    PubRec = 5,

    /// <summary>Either way: QoS 2, release.</summary>
    PubRel = 6,

    /// <summary>Either way: QoS 2, done.</summary>
    PubComp = 7,

    /// <summary>Client to server.</summary>
    Subscribe = 8,

    /// <summary>Server to client.</summary>
    SubAck = 9,

    /// <summary>Client to server.</summary>
    Unsubscribe = 10,

    /// <summary>Server to client.</summary>
    UnsubAck = 11,

    /// <summary>Client to server: are you there.</summary>
    PingReq = 12,

    /// <summary>Server to client: answer to <see cref="PingReq"/>.</summary>
    PingResp = 13,

    /// <summary>Client to server; in MQTT 5.0 either way.</summary>
    Disconnect = 14,

    /// <summary>Either way, MQTT 5.0 only: enhanced authentication.</summary>
    Auth = 15,
}
