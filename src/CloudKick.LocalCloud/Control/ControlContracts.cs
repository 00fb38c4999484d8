using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudKick.LocalCloud;

/// <summary>A fault as it is ordered over HTTP.</summary>
/// <param name="Kind"><c>cut</c>, <c>freeze</c>, <c>delay</c>, <c>drop</c>, <c>refuse</c> or <c>discard</c>.</param>
/// <param name="Clients">Pattern for client ids.</param>
internal sealed record FaultRequest(CloudFaultKind? Kind, string? Clients)
{
    public long? DelayMilliseconds { get; init; }

    /// <summary>MQTT 5's reason code.</summary>
    public int? ReasonCode { get; init; }

    public bool FromClients { get; init; }

    public int? Count { get; init; }

    public long? DurationMilliseconds { get; init; }
}

/// <summary>A fault that was ordered.</summary>
internal sealed record FaultView(int Id, CloudFaultKind Kind, string Clients, int Struck)
{
    public long? DelayMilliseconds { get; init; }

    public int? ReasonCode { get; init; }

    public bool? FromClients { get; init; }

    public int? Count { get; init; }

    public DateTimeOffset? EndsAt { get; init; }
}

/// <param name="Connected">How many clients are connected; more than are listed, perhaps.</param>
/// <param name="Clients">The connected clients that were asked for, by client id; at most 200.</param>
/// <param name="Faults">All that are in force.</param>
/// <param name="Messages">Since LocalCloud started.</param>
internal sealed record StatusView(int Connected, IReadOnlyList<ClientView> Clients, IReadOnlyList<FaultView> Faults, MessageCounters Messages);

/// <param name="ClientId">Its MQTT client id.</param>
/// <param name="Frozen">Whether its connection is frozen.</param>
/// <param name="Queued">Messages on their way to it or not acknowledged by it.</param>
internal sealed record ClientView(string ClientId, bool Frozen, int Queued);

internal sealed record ThawRequest(string? Clients);

internal sealed record Thawed(int Connections);

internal sealed record ControlProblem(string Message);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, Converters = [typeof(FaultKindName)])]
[JsonSerializable(typeof(FaultRequest))]
[JsonSerializable(typeof(FaultView))]
[JsonSerializable(typeof(StatusView))]
[JsonSerializable(typeof(ThawRequest))]
[JsonSerializable(typeof(Thawed))]
[JsonSerializable(typeof(ControlProblem))]
internal sealed partial class ControlSurfaceJson : JsonSerializerContext;

internal sealed class FaultKindName() : JsonStringEnumConverter<CloudFaultKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
