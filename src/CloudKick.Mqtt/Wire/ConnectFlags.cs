namespace CloudKick.Mqtt.Wire;

/// <summary>MQTT 5.0 §3.1.2.3.</summary>
[Flags]
internal enum ConnectFlags : byte
{
    Reserved = 0x01,
    CleanStart = 0x02,
    Will = 0x04,
    WillQualityOfService = 0x18,
    WillRetain = 0x20,
    Password = 0x40,
    UserName = 0x80,
}
