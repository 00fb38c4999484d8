using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Kicks;

/// <summary>Which kicks to list; what is left out does not filter.</summary>
internal sealed record KickFilter
{
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
