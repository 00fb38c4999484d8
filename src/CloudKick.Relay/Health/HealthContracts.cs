using System.Text.Json.Serialization;

namespace CloudKick.Relay.Health;

/// <summary>Whether the process lives.</summary>
/// <param name="Status"><c>live</c>.</param>
internal sealed record LiveResponse(string Status);

/// <summary>Whether requests may be sent to this node.</summary>
/// <param name="Status"><c>ready</c> or <c>not-ready</c>.</param>
/// <param name="Checks">Each thing that it takes, by name: <c>database</c>, <c>transport</c>, <c>answers</c>, <c>node</c>.</param>
internal sealed record ReadyResponse(string Status, IReadOnlyDictionary<string, CheckResponse> Checks);

/// <summary>One check.</summary>
/// <param name="Status"><c>ok</c>, <c>degraded</c> or <c>failed</c>.</param>
/// <param name="Detail">What was found.</param>
internal sealed record CheckResponse(string Status, string? Detail);

[JsonSerializable(typeof(LiveResponse))]
[JsonSerializable(typeof(ReadyResponse))]
internal sealed partial class HealthJson : JsonSerializerContext;
