using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace CloudKick.Relay.Problems;

/// <summary>The <c>application/problem+json</c> document (RFC 9457) that every error comes as.</summary>
internal sealed record ProblemBody
{
    /// <summary>Identifies the kind of problem: <c>urn:cloudkick:problem:</c> and the code.</summary>
    public required string Type { get; init; }

    /// <summary>The kind of problem in one sentence; the same each time.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What happened this time and what to do about it, for people.</summary>
    public required string Detail { get; init; }

    /// <summary>The kind of problem, for programs; stable.</summary>
    public required string Code { get; init; }

    /// <summary>Whether the same request may be sent again without harm and with a chance of success.</summary>
    public required bool RetrySafe { get; init; }

    /// <summary>The W3C trace id of this request; the relay's logs carry it too. Quote it to support.</summary>
    public required string TraceId { get; init; }

    /// <summary>With <c>invalid-request</c>: every fault, each with its field.</summary>
    public IReadOnlyList<FieldError>? Errors { get; init; }

    // Settable and not a JsonObject: the serializer refuses the one and writes the other as a value of its own.

    /// <summary>Members that only some problems have.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extensions { get; set; }
}

/// <summary>One fault of a request.</summary>
/// <param name="Field">The member's path in the body (<c>terminalId</c>, <c>entries[2].label</c>), or the name of the query parameter or header.</param>
/// <param name="Message">What is wrong with it, for people.</param>
/// <param name="Code">What is wrong with it, for programs, where there is a name for it; stable.</param>
internal sealed record FieldError(string Field, string Message, string? Code = null);

/// <summary>How problems are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class ProblemJson : JsonSerializerContext;
