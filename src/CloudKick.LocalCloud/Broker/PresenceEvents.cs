using System.Text.Json;
using System.Text.Json.Serialization;
using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>
/// AWS's lifecycle events (AWS IoT Core developer guide, "Lifecycle events"): who connected, disconnected, subscribed.
/// Called under the broker's lock, which keeps the events of one client in order.
/// </summary>
internal sealed class PresenceEvents(MessageRouter router, TimeProvider timeProvider)
{
    private static readonly TimeSpan VersionMemory = TimeSpan.FromHours(1);

    private readonly Dictionary<string, Presence> _byClient = [];

    /// <returns>The number that this connection's events carry: it rises with each connection, and starts again at 0 after an hour offline.</returns>
    public long Connected(ConnectionIdentity connection)
    {
        string clientId = connection.Client.ClientId;
        long version = _byClient.TryGetValue(clientId, out var last) ? last.Version + 1 : 0;
        _byClient[clientId] = new Presence(version, OfflineSince: null);
        Publish("presence/connected", NewEvent(connection, "connected") with { VersionNumber = version, IpAddress = connection.IpAddress });
        return version;
    }

    public void Disconnected(ConnectionIdentity connection, long version, CloseCause cause)
    {
        if (_byClient.TryGetValue(connection.Client.ClientId, out var last) && last.Version == version)
            _byClient[connection.Client.ClientId] = last with { OfflineSince = timeProvider.GetUtcNow() };
        Publish("presence/disconnected", NewEvent(connection, "disconnected") with
        {
            VersionNumber = version,
            ClientInitiatedDisconnect = cause.IsClientInitiated,
            DisconnectReason = cause.DisconnectReason,
        });
    }

    public void ConnectFailed(ConnectionIdentity connection) =>
        Publish("presence/connect_failed", NewEvent(connection, "connect_failed") with
        {
            IpAddress = connection.IpAddress,
            ConnectFailureReason = "AUTHORIZATION_FAILED",
        });

    public void Subscribed(ConnectionIdentity connection, IReadOnlyList<string> topics) =>
        Publish("subscriptions/subscribed", NewEvent(connection, "subscribed") with { Topics = topics });

    public void Unsubscribed(ConnectionIdentity connection, IReadOnlyList<string> topics) =>
        Publish("subscriptions/unsubscribed", NewEvent(connection, "unsubscribed") with { Topics = topics });

    public void ForgetLongOffline()
    {
        var limit = timeProvider.GetUtcNow() - VersionMemory;
        foreach (var (clientId, presence) in _byClient)
            if (presence.OfflineSince <= limit) _byClient.Remove(clientId);
    }

    private LifecycleEvent NewEvent(ConnectionIdentity connection, string type) => new(
        connection.Client.ClientId, timeProvider.GetUtcNow().ToUnixTimeMilliseconds(), type,
        connection.SessionIdentifier, connection.Client.CertificateId)
    {
        ThingName = connection.ThingName,
    };

    private void Publish(string kind, LifecycleEvent @event)
    {
        if (TopicRules.HasWildcard(@event.ClientId)) return; // such a client id cannot stand in a topic

        var message = new MqttMessage
        {
            Topic = $"$aws/events/{kind}/{@event.ClientId}",
            Payload = JsonSerializer.SerializeToUtf8Bytes(@event, LifecycleEventJson.Default.LifecycleEvent),
            QualityOfService = MqttQualityOfService.AtLeastOnce,
        };
        router.Route(router.Accept(message, publisher: null));
    }

    private sealed record Presence(long Version, DateTimeOffset? OfflineSince);
}

/// <summary>One connection as lifecycle events describe it.</summary>
/// <param name="Client">Who it is.</param>
/// <param name="SessionIdentifier">New for each connection, 32 hexadecimal digits.</param>
/// <param name="IpAddress">Where it comes from.</param>
/// <param name="ThingName">The thing that the certificate is attached to exclusively; AWS tells no other.</param>
internal sealed record ConnectionIdentity(ClientIdentity Client, string SessionIdentifier, string IpAddress, string? ThingName = null);

internal sealed record LifecycleEvent(
    string ClientId, long Timestamp, string EventType, string SessionIdentifier, string PrincipalIdentifier)
{
    public string? ThingName { get; init; }

    public bool? ClientInitiatedDisconnect { get; init; }

    public string? DisconnectReason { get; init; }

    public string? ConnectFailureReason { get; init; }

    public string? IpAddress { get; init; }

    public long? VersionNumber { get; init; }

    public IReadOnlyList<string>? Topics { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LifecycleEvent))]
internal sealed partial class LifecycleEventJson : JsonSerializerContext;
