using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace CloudKick.Terminal;

/// <summary>The message that asks a terminal to connect to the TAS.</summary>
internal sealed partial record KickMessage
{
    /// <summary>The longest payload looked at, in bytes; a kick has some 300.</summary>
    public const int MaximumLength = 8 * 1024;

    [JsonPropertyName("v")]
    public required int Version { get; init; }

    [JsonPropertyName("kick")]
    public required string KickId { get; init; }

    [JsonPropertyName("cmd")]
    public required string Command { get; init; }

    [JsonPropertyName("terminal")]
    public required string TerminalId { get; init; }

    [JsonPropertyName("tas")]
    public required TasAddress Tas { get; init; }

    [JsonPropertyName("protocol")]
    public required string Protocol { get; init; }

    /// <summary>When the kick was made, in seconds since 1970.</summary>
    [JsonPropertyName("iat")]
    public required long IssuedAt { get; init; }

    /// <summary>From when on it must not be acted on, in seconds since 1970.</summary>
    [JsonPropertyName("exp")]
    public required long ExpiresAt { get; init; }

    public DateTimeOffset Deadline => DateTimeOffset.FromUnixTimeSeconds(ExpiresAt);

    /// <summary>Reads a payload; null when it is no kick or a value is not valid. Unknown members are passed over.</summary>
    public static KickMessage? TryRead(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > MaximumLength)
            return null;
        try
        {
            return JsonSerializer.Deserialize(payload, KickJson.Default.KickMessage) is { } kick && kick.IsValid() ? kick : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool IsValid() =>
        KickIdForm().IsMatch(KickId)
        && Tas.Host.Length is > 0 and <= 253
        && Tas.Port is > 0 and <= ushort.MaxValue
        && ExpiresAt >= 0 && ExpiresAt <= DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex KickIdForm();

    internal sealed record TasAddress
    {
        [JsonPropertyName("host")]
        public required string Host { get; init; }

        [JsonPropertyName("port")]
        public required int Port { get; init; }

        [JsonPropertyName("tls")]
        public bool Tls { get; init; }
    }
}
