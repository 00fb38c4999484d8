using System.Buffers;
using System.Text;
using System.Text.Json;
using CloudKick.Mqtt;

namespace CloudKick.Relay.Publishing;

/// <summary>The message that asks a terminal to connect. Everything that matters is in the payload too: terminals may speak MQTT 3.1.1.</summary>
internal static class KickMessage
{
    private const int Version = 1;
    private static readonly JsonEncodedText CommandConnect = JsonEncodedText.Encode("connect");

    /// <summary>The message for an attempt; the transport adds the expiry, which counts from when it really leaves.</summary>
    /// <param name="attempt">What to publish.</param>
    /// <param name="tas">Where the terminal shall connect to.</param>
    public static MqttMessage Create(KickAttempt attempt, TasAddress tas)
    {
        var topic = KickTopic.Build(attempt.TopicTemplate, attempt.SubscriptionTopic, attempt.TerminalId);
        var kick = attempt.Kick.ToString();
        return new MqttMessage
        {
            Topic = topic,
            Payload = Payload(attempt, kick, tas),
            QualityOfService = MqttQualityOfService.AtLeastOnce,
            Retain = false,
            ContentType = "application/json",
            ResponseTopic = topic + KickTopic.AnswerSuffix,
            CorrelationData = Encoding.ASCII.GetBytes(kick),
            UserProperties = attempt.TraceParent is null ? [] : [new MqttUserProperty("traceparent", attempt.TraceParent)],
        };
    }

    private static ReadOnlyMemory<byte> Payload(KickAttempt attempt, string kick, TasAddress tas)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("v", Version);
            json.WriteString("kick", kick);
            json.WriteString("cmd", CommandConnect);
            json.WriteString("terminal", attempt.TerminalId);
            json.WriteStartObject("tas");
            json.WriteString("host", tas.Host);
            json.WriteNumber("port", tas.Port);
            json.WriteBoolean("tls", tas.Tls);
            json.WriteEndObject();
            json.WriteString("protocol", attempt.AccessProtocol);
            json.WriteNumber("iat", attempt.AcceptedAt.ToUnixTimeSeconds());
            json.WriteNumber("exp", attempt.ExpiresAt.ToUnixTimeSeconds());
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }
}
