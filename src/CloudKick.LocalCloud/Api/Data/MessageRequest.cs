using System.Text;
using System.Text.Json;
using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>An MQTT message as HTTP requests of the data endpoint carry it: body, query and <c>x-amz-mqtt5-*</c> headers.</summary>
internal static class MessageRequest
{
    /// <exception cref="ApiException">400: topic or a property is not valid; 413: the body is too long.</exception>
    public static MqttMessage Read(ApiCall call, string topic, BrokerLimits limits)
    {
        RequireTopic(topic, "topic", limits);
        if (call.Body.Length > limits.MaximumPayload)
            throw new ApiException(ApiError.TooLarge($"The payload exceeds the maximum size allowed, {limits.MaximumPayload} bytes."));

        string? responseTopic = call.Query("responseTopic");
        if (responseTopic is not null) RequireTopic(responseTopic, "responseTopic", limits);
        return new MqttMessage
        {
            Topic = topic,
            Payload = call.Body,
            ContentType = call.Query("contentType"),
            ResponseTopic = responseTopic,
            CorrelationData = Base64(call, "x-amz-mqtt5-correlation-data") is { } data ? data : null,
            PayloadFormatIndicator = PayloadFormat(call),
            UserProperties = UserProperties(call),
        };
    }

    /// <summary>User properties as AWS writes them: a JSON array of objects with one member each; null for none.</summary>
    public static byte[]? Write(IReadOnlyList<MqttUserProperty> properties)
    {
        if (properties.Count == 0) return null;
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            foreach (var (name, value) in properties)
            {
                json.WriteStartObject();
                json.WriteString(name, value);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return bytes.ToArray();
    }

    private static void RequireTopic(string topic, string name, BrokerLimits limits)
    {
        string? fault = TopicRules.IsReserved(topic) ? "topics that start with $ are reserved" : TopicRules.FaultInName(topic, limits);
        if (fault is not null) throw Invalid($"{name}: {fault}.");
    }

    private static bool? PayloadFormat(ApiCall call) => call.Header("x-amz-mqtt5-payload-format-indicator") switch
    {
        null => null,
        "UNSPECIFIED_BYTES" => false,
        "UTF8_DATA" => true,
        _ => throw Invalid("x-amz-mqtt5-payload-format-indicator is UNSPECIFIED_BYTES or UTF8_DATA."),
    };

    private static MqttUserProperty[] UserProperties(ApiCall call)
    {
        const string Header = "x-amz-mqtt5-user-properties";
        if (Base64(call, Header) is not { } json) return [];
        try
        {
            using var parsed = JsonDocument.Parse(json);
            return [.. parsed.RootElement.EnumerateArray()
                .SelectMany(entry => entry.EnumerateObject())
                .Select(member => new MqttUserProperty(member.Name, member.Value.GetString() ?? throw Invalid($"{Header}: {member.Name} is null.")))];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Invalid($"{Header} is the base64 of a JSON array of objects with text values.");
        }
    }

    private static byte[]? Base64(ApiCall call, string header)
    {
        if (call.Header(header) is not { } text) return null;
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : throw Invalid($"{header} is not base64.");
    }

    private static ApiException Invalid(string message) => new(ApiError.InvalidRequest(message));
}
