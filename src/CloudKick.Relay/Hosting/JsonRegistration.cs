using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudKick.Relay.Hosting;

/// <summary>
/// How the API reads and writes JSON. Each feature adds its own source-generated context to the chain; nothing is serialized by
/// reflection.
/// </summary>
internal static class JsonRegistration
{
    private const int MaximumDepth = 16;

    public static IServiceCollection AddJson(this IServiceCollection services) => services.ConfigureHttpJsonOptions(http =>
    {
        var json = http.SerializerOptions;
        json.TypeInfoResolverChain.Clear();
        json.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        // Mistakes show: a name that is unknown, written differently or given twice is refused, and so is a number in quotes.
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.AllowDuplicateProperties = false;
        json.PropertyNameCaseInsensitive = false;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.MaxDepth = MaximumDepth;
        json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        // The answers are never part of an HTML page: letters stay letters.
        json.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
    });

    /// <summary>Adds a feature's contracts.</summary>
    public static IServiceCollection AddJsonContext(this IServiceCollection services, JsonSerializerContext context) =>
        services.ConfigureHttpJsonOptions(http => http.SerializerOptions.TypeInfoResolverChain.Insert(0, context));
}
