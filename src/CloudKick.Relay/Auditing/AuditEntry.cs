namespace CloudKick.Relay.Auditing;

/// <summary>One row of the audit log.</summary>
public sealed record AuditEntry
{
    /// <summary>Its place in the merchant's chain, from 1.</summary>
    public required long ChainIndex { get; init; }

    /// <summary>When, by PostgreSQL's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who: <c>key:…</c>, <c>user:…</c>, <c>operator:…</c>, <c>support:…</c> or <c>cli</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>What the actor is called now: an email address or a key's label; null when that is nobody any more, or not for the reader.</summary>
    public required string? ActorName { get; init; }

    /// <summary>What was done: <c>whitelist.add</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The id of what it was done to.</summary>
    public required string Subject { get; init; }

    /// <summary>What the subject is called now, when it is a person: an email address; null for others, and when that is nobody any more, or not for the reader.</summary>
    public required string? SubjectName { get; init; }

    /// <summary>What changed, as it was: JSON; null when it is new.</summary>
    public required string? Before { get; init; }

    /// <summary>As it became: JSON; null when it is gone.</summary>
    public required string? After { get; init; }

    /// <summary>The network address that it came from; null when it came over none.</summary>
    public required string? Origin { get; init; }

    /// <summary>SHA-256 over this row and the hash before it, in hexadecimal.</summary>
    public required string Hash { get; init; }
}

/// <summary>Which rows are wanted; what is empty or null is not asked about.</summary>
/// <param name="Action">How the action begins: <c>whitelist.</c>.</param>
/// <param name="Who">A part of the actor, or of what they are called.</param>
/// <param name="Subject">The whole subject, in this case.</param>
/// <param name="From">Not before this moment.</param>
/// <param name="Until">Before this moment.</param>
public sealed record AuditFilter(string Action = "", string Who = "", string Subject = "", DateTimeOffset? From = null, DateTimeOffset? Until = null);

/// <summary>What a check of a chain found.</summary>
/// <param name="Merchant">Whose chain; null: the platform's own.</param>
/// <param name="Length">How many rows it has.</param>
/// <param name="Head">The last row's hash in hexadecimal; null when there is none. Whoever keeps it elsewhere can tell later that no earlier row was replaced.</param>
/// <param name="Faults">Every place where it is broken, in the chain's order; none when it is whole.</param>
public sealed record AuditVerdict(Guid? Merchant, long Length, string? Head, IReadOnlyList<AuditFault> Faults)
{
    /// <summary>Whether nothing was changed, removed, added or reordered.</summary>
    public bool IsWhole => Faults.Count == 0;
}

/// <summary>A place where a chain is broken.</summary>
/// <param name="ChainIndex">Where.</param>
/// <param name="Kind">
/// <c>changed</c>: the row is not what its hash was made of; <c>not-following</c>: it does not follow the row before it;
/// <c>missing-before</c>: there are rows missing before it; <c>missing-at-end</c>: the last row that was written is not there.
/// </param>
public sealed record AuditFault(long ChainIndex, string Kind);
