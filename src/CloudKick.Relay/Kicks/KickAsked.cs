using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using CloudKick.Relay.CloudConnect;

namespace CloudKick.Relay.Kicks;

/// <summary>
/// What a kick was asked for with, beside what its columns tell: kept as it came, for whoever wants to know what the till sent. What was not
/// sent is null. Nothing secret: these members are checked before they get here.
/// </summary>
internal sealed record KickAsked
{
    /// <summary>The management system, when it is not the terminal's own but stands for Cloud Connect 1.0.</summary>
    public string? ManagementSystemId { get; init; }

    public int? TtlSeconds { get; init; }

    public string? OnOffline { get; init; }

    public string? Ip { get; init; }

    public int? Port { get; init; }

    /// <summary>As it is kept: one that looks like a card number or a secret is its hash.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>What the columns do not tell of a request; null: nothing.</summary>
    public static KickAsked? Of(KickRequest request, string? keptIdempotencyKey)
    {
        var asked = new KickAsked
        {
            ManagementSystemId = request.ManagementSystemId == CloudConnect1Requests.ManagementSystem ? request.ManagementSystemId : null,
            TtlSeconds = request.TtlSeconds,
            OnOffline = request.OnOffline,
            Ip = request.Ip is null ? null : IPAddress.Parse(request.Ip).ToString(),
            Port = request.Port,
            IdempotencyKey = keptIdempotencyKey,
        };
        return asked == Nothing ? null : asked;
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static KickAsked FromJson(string json) => JsonSerializer.Deserialize(json, KickAskedJson.Default.KickAsked)!;

    public string ToJson() => JsonSerializer.Serialize(this, KickAskedJson.Default.KickAsked);

    private static readonly KickAsked Nothing = new();
}

/// <summary>Serialisation of what is kept of a request.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KickAsked))]
internal sealed partial class KickAskedJson : JsonSerializerContext;
