using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>A PUBLISH that the broker took from a client, or a will that it published for one.</summary>
/// <param name="ClientId">Whose message it is.</param>
/// <param name="Message">Topic, payload and properties as the client sent them.</param>
public sealed record AcceptedPublish(string ClientId, MqttMessage Message);
