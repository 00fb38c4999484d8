using CloudKick.Relay.Database;

namespace CloudKick.Relay.Terminals.Transfers;

/// <summary>A terminal on its way from one merchant to another.</summary>
internal sealed record TerminalTransfer
{
    public required Guid TransferId { get; init; }
    public required string TerminalId { get; init; }
    public required Guid FromMerchant { get; init; }
    public required Guid ToMerchant { get; init; }
    public required string FromName { get; init; }
    public required string ToName { get; init; }
    public required DateTime ProposedAt { get; init; }
    public required DateTime? FromAgreedAt { get; init; }
    public required DateTime? ToAgreedAt { get; init; }
    public required DateTime? EndedAt { get; init; }

    /// <summary><c>done</c>, <c>declined</c>, <c>withdrawn</c>, or <c>overtaken</c>: it belonged to somebody else by then; null: open.</summary>
    public required string? Outcome { get; init; }

    /// <summary>One of <see cref="TransferState"/>.</summary>
    public string State => Outcome ?? TransferState.Open;

    /// <summary>Whether this merchant is asked and has not answered.</summary>
    public bool AwaitsAnswerOf(MerchantId merchant) => EndedAt is null
        && ((FromMerchant == merchant.Value && FromAgreedAt is null) || (ToMerchant == merchant.Value && ToAgreedAt is null));
}

/// <summary>How a transfer stands.</summary>
internal static class TransferState
{
    /// <summary>It waits for an answer.</summary>
    public const string Open = "open";

    /// <summary>The terminal has changed hands.</summary>
    public const string Done = "done";

    public const string Declined = "declined";
    public const string Withdrawn = "withdrawn";

    /// <summary>Both agreed, but by then the terminal was somebody else's.</summary>
    public const string Overtaken = "overtaken";

    public static IReadOnlyList<string> All { get; } = [Open, Done, Declined, Withdrawn, Overtaken];
}

/// <summary>What became of a step of a transfer.</summary>
internal enum TransferOutcome
{
    /// <summary>The step is made; the transfer waits for the other side.</summary>
    Waiting,

    /// <summary>Both agreed: the terminal is the other merchant's now.</summary>
    Transferred,

    /// <summary>It will not happen.</summary>
    Ended,

    /// <summary>No such terminal, merchant or open transfer; or the terminal is nobody's, or that merchant's already.</summary>
    Impossible,

    /// <summary>A transfer of the terminal is under way.</summary>
    UnderWay,
}
