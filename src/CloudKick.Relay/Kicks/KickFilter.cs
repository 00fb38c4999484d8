using CloudKick.Relay.Kicks.Search;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Times;
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

    /// <summary>Only kicks with this outcome: <c>coupled</c>, <c>not_coupled</c> or <c>pending</c>.</summary>
    [FromQuery(Name = "outcome")]
    public string? Outcome { get; init; }

    /// <summary>Only kicks that were accepted at this moment or later (RFC 3339, with offset).</summary>
    [FromQuery(Name = "from")]
    public string? From { get; init; }

    /// <summary>Only kicks that were accepted before this moment (RFC 3339, with offset).</summary>
    [FromQuery(Name = "until")]
    public string? Until { get; init; }

    /// <summary>What is wrong with it.</summary>
    public IEnumerable<FieldError> Faults()
    {
        if (State is not null && !KickState.All.Contains(State))
            yield return new FieldError("state", $"must be one of {string.Join(", ", KickState.All)}");
        if (TerminalId is not null && !Terminals.TerminalId.IsWellFormed(TerminalId))
            yield return new FieldError("terminalId", Terminals.TerminalId.Rule);
        if (Outcome is not null && !KickPresentation.Outcomes.Contains(Outcome))
            yield return new FieldError("outcome", $"must be one of {string.Join(", ", KickPresentation.Outcomes)}");
        foreach (var (name, text) in new[] { ("from", From), ("until", Until) })
        {
            if (text is not null && !Rfc3339.TryParse(text, out _))
                yield return new FieldError(name, Rfc3339.Rule);
        }
    }

    /// <summary>What to search for, once there are no faults.</summary>
    public KickQuery ToQuery() => new()
    {
        TerminalId = TerminalId,
        Reference = Reference,
        States = State is null && Outcome is null
            ? null
            : [.. KickState.All.Where(state => (State ?? state) == state && (Outcome ?? KickPresentation.OutcomeOf(state)) == KickPresentation.OutcomeOf(state))],
        From = Rfc3339.TryParse(From, out var from) ? from : null,
        Until = Rfc3339.TryParse(Until, out var until) ? until : null,
    };
}
