namespace CloudKick.Faults.Histories;

/// <summary>What the database holds when all is over.</summary>
/// <param name="ReadAt">When it was read, by the database's clock.</param>
/// <param name="Kicks">Every kick.</param>
/// <param name="Events">Every event of a kick, in the order in which it was recorded.</param>
/// <param name="Sessions">Every session at the TAS.</param>
/// <param name="Keys">Every idempotency key.</param>
public sealed record Record(
    DateTimeOffset ReadAt, IReadOnlyList<KickRecord> Kicks, IReadOnlyList<EventRecord> Events, IReadOnlyList<SessionRecord> Sessions,
    IReadOnlyList<KeyRecord> Keys)
{
    /// <summary>Every row of the audit log. Default none.</summary>
    public IReadOnlyList<AuditRecord> Audited { get; init; } = [];

    /// <summary>Where the audit log's chains are broken. Default nowhere.</summary>
    public IReadOnlyList<AuditFault> AuditFaults { get; init; } = [];
}

/// <summary>A kick as it is stored.</summary>
public sealed record KickRecord
{
    /// <summary>Written as the API does.</summary>
    public required string KickId { get; init; }

    /// <summary>Whose it is.</summary>
    public required Guid MerchantId { get; init; }

    /// <summary>The terminal.</summary>
    public required string TerminalId { get; init; }

    /// <summary>How far it came.</summary>
    public required string State { get; init; }

    /// <summary>never_sent, unknown or acked.</summary>
    public required string BrokerOutcome { get; init; }

    /// <summary>The newest attempt's number.</summary>
    public required int Attempt { get; init; }

    /// <summary>When it was taken on.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Its deadline.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it ended; null while it is open.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>A step of a kick as it is stored.</summary>
public sealed record EventRecord
{
    /// <summary>The kick.</summary>
    public required string KickId { get; init; }

    /// <summary>Its place in the order.</summary>
    public required long EventId { get; init; }

    /// <summary>Whose it is.</summary>
    public required Guid MerchantId { get; init; }

    /// <summary>What: accepted, attempt, published, delivered, connected, expired, cancelled, failed …</summary>
    public required string Event { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The node that it came from, if one did.</summary>
    public string? Node { get; init; }

    /// <summary>More about it.</summary>
    public string? Detail { get; init; }
}

/// <summary>A session at the TAS as it is stored.</summary>
/// <param name="MerchantId">Whose it is.</param>
/// <param name="KickId">The kick that it answers.</param>
/// <param name="TerminalId">The terminal.</param>
/// <param name="OpenedAt">When it was let in.</param>
public sealed record SessionRecord(Guid MerchantId, string KickId, string TerminalId, DateTimeOffset OpenedAt);

/// <summary>An idempotency key as it is stored.</summary>
/// <param name="MerchantId">Whose it is.</param>
/// <param name="Key">The key.</param>
/// <param name="KickId">What it stands for.</param>
public sealed record KeyRecord(Guid MerchantId, string Key, string KickId);

/// <summary>A row of the audit log.</summary>
/// <param name="MerchantId">In whose chain; null: the platform's.</param>
/// <param name="Action">What was done.</param>
/// <param name="Subject">To what.</param>
public sealed record AuditRecord(Guid? MerchantId, string Action, string Subject);

/// <summary>A place where a chain of the audit log is broken.</summary>
/// <param name="MerchantId">Whose chain; null: the platform's.</param>
/// <param name="ChainIndex">At which row.</param>
/// <param name="Kind">How.</param>
public sealed record AuditFault(Guid? MerchantId, long ChainIndex, string Kind);
