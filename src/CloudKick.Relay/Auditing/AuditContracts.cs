using System.Text.Json;
using System.Text.Json.Serialization;
using CloudKick.Relay.Paging;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Times;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Auditing;

/// <summary>Which rows of the audit log to list; what is left out does not filter.</summary>
internal sealed record AuditQuery
{
    private const int MaximumLength = 200;

    /// <summary>Only actions that begin with this: <c>whitelist.</c>, or all of <c>whitelist.add</c>.</summary>
    [FromQuery(Name = "action")]
    public string? Action { get; init; }

    /// <summary>Only rows with this in their actor, or in what the actor is called, in any case.</summary>
    [FromQuery(Name = "who")]
    public string? Who { get; init; }

    /// <summary>Only rows of just this subject: its id, or somebody's address.</summary>
    [FromQuery(Name = "subject")]
    public string? Subject { get; init; }

    /// <summary>Only rows from this moment on (RFC 3339, with offset).</summary>
    [FromQuery(Name = "from")]
    public string? From { get; init; }

    /// <summary>Only rows before this moment (RFC 3339, with offset).</summary>
    [FromQuery(Name = "until")]
    public string? Until { get; init; }

    /// <summary>What is wrong with it.</summary>
    public IEnumerable<FieldError> Faults()
    {
        foreach (var (name, text) in new[] { ("action", Action), ("who", Who), ("subject", Subject) })
        {
            if (text?.Length > MaximumLength)
                yield return new FieldError(name, $"may have at most {MaximumLength} characters");
        }

        foreach (var (name, text) in new[] { ("from", From), ("until", Until) })
        {
            if (text is not null && !Rfc3339.TryParse(text, out _))
                yield return new FieldError(name, Rfc3339.Rule);
        }
    }

    /// <summary>The filter, once there are no faults.</summary>
    public AuditFilter ToFilter() => new(
        Action ?? "", Who ?? "", Subject ?? "", Rfc3339.TryParse(From, out var from) ? from : null, Rfc3339.TryParse(Until, out var until) ? until : null);
}

/// <summary>One row of the audit log.</summary>
/// <param name="Index">Its place in the chain, from 1.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who: <c>key:…</c>, <c>user:…</c>, <c>operator:…</c>, <c>support:…</c> or <c>cli</c>.</param>
/// <param name="ActorName">What the actor is called now; absent when that is nobody any more.</param>
/// <param name="Action">What was done.</param>
/// <param name="Subject">The id of what it was done to.</param>
/// <param name="Before">What changed, as it was; absent when it is new.</param>
/// <param name="After">As it became; absent when it is gone.</param>
/// <param name="Origin">The network address that it came from; absent when it came over none.</param>
/// <param name="Hash">SHA-256 over this row and the hash before it, in hexadecimal.</param>
internal sealed record AuditEntryAnswer(
    long Index, DateTimeOffset At, string Actor, string? ActorName, string Action, string Subject, JsonElement? Before, JsonElement? After, string? Origin, string Hash)
{
    public static AuditEntryAnswer From(AuditEntry entry) => new(
        entry.ChainIndex, entry.At, entry.Actor, entry.ActorName, entry.Action, entry.Subject, Read(entry.Before), Read(entry.After), entry.Origin, entry.Hash);

    private static JsonElement? Read(string? json) => json is null ? null : JsonElement.Parse(json);
}

/// <summary>What a check of a chain found.</summary>
/// <param name="IsWhole">Whether nothing was changed, removed, added or reordered.</param>
/// <param name="Length">How many rows it has.</param>
/// <param name="Head">The last row's hash in hexadecimal; absent when there is none. Keep it elsewhere to tell later that no earlier row was replaced.</param>
/// <param name="Faults">Every place where it is broken, in the chain's order.</param>
internal sealed record AuditVerdictAnswer(bool IsWhole, long Length, string? Head, IReadOnlyList<AuditFault> Faults)
{
    public static AuditVerdictAnswer From(AuditVerdict verdict) => new(verdict.IsWhole, verdict.Length, verdict.Head, verdict.Faults);
}

/// <summary>How the audit log's contracts are written.</summary>
[JsonSerializable(typeof(Page<AuditEntryAnswer>))]
[JsonSerializable(typeof(AuditVerdictAnswer))]
internal sealed partial class AuditJson : JsonSerializerContext;
