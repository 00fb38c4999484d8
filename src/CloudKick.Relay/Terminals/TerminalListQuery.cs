using CloudKick.Relay.Database;
using CloudKick.Relay.Paging;
using CloudKick.Relay.Terminals.States;
using FluentValidation.Results;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Terminals;

/// <summary>Which terminals to list; what is left out does not filter.</summary>
internal sealed record TerminalListQuery
{
    private const int MaximumText = 200;

    /// <summary>Only terminals that stand so: <c>online</c>, <c>offline</c>, <c>never-seen</c>, <c>failing</c> (its last kicks failed), <c>old-firmware</c> (too old for Cloud Connect 2.0) or <c>cloud-connect-1</c> (still on 1.0).</summary>
    [FromQuery(Name = "status")]
    public string? Status { get; init; }

    /// <summary>Only terminals whose id or label begins like this, in whichever case.</summary>
    [FromQuery(Name = "search")]
    public string? Search { get; init; }

    /// <summary>Only terminals that are <c>online</c>, <c>offline</c>, or <c>unknown</c>: the cloud has never told.</summary>
    [FromQuery(Name = "presence")]
    public string? Presence { get; init; }

    /// <summary>Only ids that begin with exactly this.</summary>
    [FromQuery(Name = "prefix")]
    public string? Prefix { get; init; }

    /// <summary>What is wrong with it, or with the page that is wanted.</summary>
    public ValidationResult Validate(PageQuery page)
    {
        var validation = PageQueryValidator.Instance.Validate(page);
        if (Status is not null && !TerminalStatus.All.Contains(Status))
            validation.Errors.Add(new ValidationFailure(nameof(Status), $"must be one of {string.Join(", ", TerminalStatus.All)}"));
        if (Search is { Length: > MaximumText })
            validation.Errors.Add(new ValidationFailure(nameof(Search), $"may have at most {MaximumText} characters"));
        if (Presence is not null && !PresenceState.All.Contains(Presence))
            validation.Errors.Add(new ValidationFailure(nameof(Presence), $"must be one of {string.Join(", ", PresenceState.All)}"));
        if (!TerminalId.IsPrefix(Prefix ?? ""))
            validation.Errors.Add(new ValidationFailure(nameof(Prefix), TerminalId.Rule));
        return validation;
    }

    /// <summary>The filter, once there are no faults.</summary>
    public TerminalFilter ToFilter(MerchantId? merchant = null, bool unassigned = false) =>
        new(merchant, unassigned, Presence, Prefix ?? "", Status, Search ?? "");
}
