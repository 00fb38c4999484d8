using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Kicks;

/// <summary>Which kicks to list; what is left out does not filter.</summary>
internal sealed record KickFilter
{
    /// <summary>The states that a kick can have, in the order of its life.</summary>
    public static readonly IReadOnlyList<string> States = ["accepted", "published", "delivered", "connected", "expired", "cancelled", "failed"];

    /// <summary>Only kicks of this terminal.</summary>
    [FromQuery(Name = "terminalId")]
    public string? TerminalId { get; init; }

    /// <summary>Only kicks in this state.</summary>
    [FromQuery(Name = "state")]
    public string? State { get; init; }

    /// <summary>Only kicks with exactly this reference.</summary>
    [FromQuery(Name = "reference")]
    public string? Reference { get; init; }
}
