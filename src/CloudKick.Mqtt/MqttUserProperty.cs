namespace CloudKick.Mqtt;

/// <summary>A name and a value that applications give meaning to (MQTT 5.0 §3.3.2.3.7). Names may repeat and order is kept.</summary>
/// <param name="Name">UTF-8, at most 65,535 bytes, no U+0000; may be empty.</param>
/// <param name="Value">As <paramref name="Name"/>.</param>
public readonly record struct MqttUserProperty(string Name, string Value);
