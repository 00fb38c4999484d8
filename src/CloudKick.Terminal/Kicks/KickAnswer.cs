using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudKick.Terminal;

/// <summary>The terminal's answer to a kick.</summary>
internal sealed record KickAnswer
{
    public const string Accepted = "accepted";

    [JsonPropertyName("v")]
    public int Version { get; init; } = 1;

    [JsonPropertyName("kick")]
    public required string KickId { get; init; }

    [JsonPropertyName("terminal")]
    public required string TerminalId { get; init; }

    [JsonPropertyName("result")]
    public required string Result { get; init; }

    /// <summary>The word for a refusal; null for those that are not answered.</summary>
    public static string? ResultOf(KickRefusal? refusal) => refusal switch
    {
        null => Accepted,
        KickRefusal.Duplicate => "duplicate",
        KickRefusal.Expired => "expired",
        KickRefusal.WrongTerminal => "wrong-terminal",
        _ => null,
    };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, KickJson.Default.KickAnswer);
}
