namespace CloudKick.Mqtt;

/// <summary>What an <see cref="MqttClient"/> is doing.</summary>
public enum MqttClientState
{
    /// <summary>Not started, or ended for good.</summary>
    Disconnected,

    /// <summary>Trying for the first time.</summary>
    Connecting,

    /// <summary>Connected, and subscribed again to what it was subscribed to, as far as the server grants it (<see cref="MqttClient.Subscriptions"/>).</summary>
    Connected,

    /// <summary>The connection is gone, or none came about; the next attempt comes by itself.</summary>
    Reconnecting,
}
