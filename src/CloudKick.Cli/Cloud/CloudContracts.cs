using CloudKick.LocalCloud;

namespace CloudKick.Cli.Cloud;

/// <summary>A fault, as LocalCloud's control surface takes it.</summary>
internal sealed record FaultOrder(string Kind, string Clients)
{
    public long? DelayMilliseconds { get; init; }

    public int? ReasonCode { get; init; }

    public bool? FromClients { get; init; }

    public int? Count { get; init; }

    public long? DurationMilliseconds { get; init; }
}

/// <summary>A fault that was ordered; also what <c>--json</c> prints. Names are stable.</summary>
internal sealed record FaultView(int Id, string Kind, string Clients, int Struck)
{
    public long? DelayMilliseconds { get; init; }

    public int? ReasonCode { get; init; }

    public bool? FromClients { get; init; }

    public int? Count { get; init; }

    public DateTimeOffset? EndsAt { get; init; }
}

/// <summary>The cloud's state; also what <c>--json</c> prints. Names are stable.</summary>
internal sealed record CloudStatus(int Connected, IReadOnlyList<CloudClientView> Clients, IReadOnlyList<FaultView> Faults, MessageCounters Messages);

internal sealed record CloudClientView(string ClientId, bool Frozen, int Queued);

internal sealed record ThawOrder(string Clients);

internal sealed record Thawed(int Connections);

internal sealed record CloudProblem(string? Message);
