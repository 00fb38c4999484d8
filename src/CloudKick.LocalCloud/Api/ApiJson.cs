using System.Text.Json.Serialization;

namespace CloudKick.LocalCloud;

/// <summary>An error's body. AWS writes the message even when it has none; the control plane has no trace id.</summary>
internal sealed record ApiErrorBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Message, string? TraceId, string? ResourceId, string? ResourceArn);

/// <summary>What the data endpoint answers when there is nothing else to say.</summary>
internal sealed record ApiOutcome(string Message, string TraceId);

internal sealed record RetainedTopic(string Topic, long PayloadSize, int Qos, long LastModifiedTime);

internal sealed record RetainedTopics(IReadOnlyList<RetainedTopic> TopicList, string? NextToken)
{
    [JsonPropertyName("retainedTopics")]
    public IReadOnlyList<RetainedTopic> TopicList { get; } = TopicList;
}

internal sealed record RetainedMessageBody(string Topic, byte[] Payload, int Qos, long LastModifiedTime, byte[]? UserProperties);

internal sealed record SubscriptionSummary(string TopicFilter, int Qos);

internal sealed record SubscriptionPage(IReadOnlyList<SubscriptionSummary> Subscriptions, string? NextToken);

/// <summary>GetConnection's answer; times in milliseconds since 1970, durations in seconds.</summary>
internal sealed record ConnectionBody(string ClientId, bool Connected)
{
    public string? ThingName { get; init; }

    public bool? CleanSession { get; init; }

    public string? SourceIp { get; init; }

    public int? SourcePort { get; init; }

    public string? TargetIp { get; init; }

    public int? TargetPort { get; init; }

    public int? KeepAliveDuration { get; init; }

    public long? ConnectedSince { get; init; }

    public long? DisconnectedSince { get; init; }

    public string? DisconnectReason { get; init; }

    public long? SessionExpiry { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ApiErrorBody))]
[JsonSerializable(typeof(ApiOutcome))]
[JsonSerializable(typeof(RetainedTopics))]
[JsonSerializable(typeof(RetainedMessageBody))]
[JsonSerializable(typeof(SubscriptionPage))]
[JsonSerializable(typeof(ConnectionBody))]
internal sealed partial class ApiJson : JsonSerializerContext;
