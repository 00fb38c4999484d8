using CloudKick.Relay.Database;

namespace CloudKick.Relay.Kicks;

/// <summary>A validated request for a kick, as it goes to the database.</summary>
internal sealed record KickOrder
{
    public required MerchantId Merchant { get; init; }

    public required string ApiKeyId { get; init; }

    public required string TerminalId { get; init; }

    public required string ManagementSystemId { get; init; }

    public required string AccessProtocol { get; init; }

    public string? Reference { get; init; }

    public required int TtlSeconds { get; init; }

    /// <summary>Kick even a terminal that is known to be offline.</summary>
    public bool TryOffline { get; init; }

    public string? IdempotencyKey { get; init; }

    /// <summary>SHA-256 of what was asked: the same key with another fingerprint is a mistake. Empty without a key.</summary>
    public required byte[] Fingerprint { get; init; }

    /// <summary>The caller's W3C traceparent, handed on to the terminal.</summary>
    public string? TraceParent { get; init; }

    /// <summary>What else was asked for, as JSON: <see cref="KickAsked"/>. Null: nothing.</summary>
    public string? Request { get; init; }

    /// <summary>Somebody will wait for the end: announce it.</summary>
    public bool Watched { get; init; }
}

/// <summary>What the database decided about a <see cref="KickOrder"/>; the meanings are beside <c>decide_kicks</c>.</summary>
internal enum KickVerdict
{
    Accepted,
    Connected,
    Existing,
    Replayed,
    KeyReused,
    KeyInUse,
    NotWhitelisted,
    CloudConnect1,
    ManagementSystemMismatch,
    Offline,
    InProgress,
    Contended,
}

/// <summary>The verdict on a <see cref="KickOrder"/>, and what follows from it.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Kick">The kick, where there is one.</param>
/// <param name="Attempt">The first attempt, when the kick was accepted: to be made now.</param>
internal sealed record KickDecision(KickVerdict Verdict, KickId? Kick, Publishing.KickAttempt? Attempt)
{
    /// <summary>The kick as it was stored just now; null when it was there before, or there is none.</summary>
    public KickRow? Stored { get; init; }
}
