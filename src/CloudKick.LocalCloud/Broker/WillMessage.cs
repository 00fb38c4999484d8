using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>What is published when a connection ends without the client's own DISCONNECT.</summary>
internal sealed record WillMessage(MqttMessage Message, TimeSpan Delay);
