using System.ComponentModel.DataAnnotations;

namespace CloudKick.Relay.Kicks;

/// <summary>How kicks are accepted, kept and swept: section <c>CloudKick:Kicks</c>.</summary>
public sealed class KickOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "CloudKick:Kicks";

    /// <summary>The shortest life a caller may ask for, in seconds.</summary>
    public const int MinimumTtlSeconds = 5;

    /// <summary>The longest life a caller may ask for, in seconds.</summary>
    public const int MaximumTtlSeconds = 300;

    /// <summary>A kick's life when the caller does not say: 5 to 300 s, default 30.</summary>
    [Range(MinimumTtlSeconds, MaximumTtlSeconds)]
    public int DefaultTtlSeconds { get; set; } = 30;

    /// <summary>
    /// How long a node has for one attempt before any node may make the next: 2 s to 1 min, default 5 s. An attempt is given up a
    /// second before its lease lapses, so two nodes never publish the same attempt.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:01:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after an attempt that was not acknowledged the kick is due again: 100 ms to 10 s, default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:10")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often a node looks for lapsed leases and passed deadlines: 100 ms to 10 s, default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:10")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How many kicks one sweep claims at most: 1 to 10,000, default 500.</summary>
    [Range(1, 10_000)]
    public int SweepBatch { get; set; } = 500;

    /// <summary>How long an answer waits for the broker's acknowledgement before it says 202: 0 to 10 s, default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan PublishWait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a kick may wait for its commit to begin: one that would wait longer, at the pace that commits have at the moment, is refused with 429.
    /// As many as the next two commits take (<see cref="BatchSize"/>) always wait, however slow the database is. 0 to 10 s, default 100 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan MaximumWait { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How many kicks may wait for the database at most, however fast it is; more are refused with 429. 1 to 1,000,000, default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int MaximumQueued { get; set; } = 1_000;

    /// <summary>How many kicks share one commit at most: 1 to 1,000, default 128.</summary>
    [Range(1, 1_000)]
    public int BatchSize { get; set; } = 128;

    /// <summary>
    /// How many such commits run at once: 1 to 16, default 1. One costs the database least, for it gathers the most; more are for a
    /// database that is far away.
    /// </summary>
    [Range(1, 16)]
    public int Writers { get; set; } = 1;

    /// <summary>How long an idempotency key is remembered: 1 h to 7 days, default 24 h.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "7.00:00:00")]
    public TimeSpan IdempotencyRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How many days kicks are kept, and their events and sessions with them, before their partition is dropped: 1 to 3,650, default 400.</summary>
    [Range(1, 3_650)]
    public int RetentionDays { get; set; } = 400;
}
