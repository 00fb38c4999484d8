using System.Text;
using System.Text.Json;
using CloudKick.Mqtt;

namespace CloudKick.Terminal.Tests;

/// <summary>Kicks as the relay sends them.</summary>
internal static class Kicks
{
    public static KickMessage Message(string terminalId, string kickId, DateTimeOffset deadline, int tasPort) => new()
    {
        Version = 1,
        KickId = kickId,
        Command = "connect",
        TerminalId = terminalId,
        Tas = new KickMessage.TasAddress { Host = "127.0.0.1", Port = tasPort },
        Protocol = "OPI_NL",
        IssuedAt = deadline.ToUnixTimeSeconds() - 30,
        ExpiresAt = deadline.ToUnixTimeSeconds(),
    };

    public static MqttMessage Published(KickMessage kick, string? topic = null)
    {
        topic ??= $"NL-CAT/{kick.TerminalId}";
        return new MqttMessage
        {
            Topic = topic,
            QualityOfService = MqttQualityOfService.AtLeastOnce,
            ContentType = "application/json",
            ResponseTopic = $"{topic}/ack",
            CorrelationData = Encoding.UTF8.GetBytes(kick.KickId),
            MessageExpiryInterval = 30,
            Payload = JsonSerializer.SerializeToUtf8Bytes(kick, KickJson.Default.KickMessage),
        };
    }
}
