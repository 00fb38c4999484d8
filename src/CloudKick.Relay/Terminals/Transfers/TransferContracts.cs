using System.ComponentModel.DataAnnotations;
using System.Globalization;
using CloudKick.Relay.Database;
using CloudKick.Relay.Paging;
using CloudKick.Relay.Problems;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Terminals.Transfers;

/// <summary>Which terminal shall go to which merchant.</summary>
/// <param name="TerminalId">A terminal that is another merchant's now.</param>
/// <param name="MerchantId">The merchant that shall have it.</param>
internal sealed record TransferPost(
    [property: Required, RegularExpression(Terminals.TerminalId.Pattern)] string? TerminalId = null, [property: Required] Guid? MerchantId = null)
{
    /// <summary>What is wrong with it.</summary>
    public IEnumerable<FieldError> Faults()
    {
        if (!Terminals.TerminalId.IsWellFormed(TerminalId))
            yield return new FieldError("terminalId", Terminals.TerminalId.Rule);
        if (MerchantId is null || MerchantId == Guid.Empty)
            yield return new FieldError("merchantId", "is required");
    }
}

/// <summary>Which transfers to list; what is left out does not filter.</summary>
internal sealed record TransferQuery
{
    /// <summary>Only transfers in this state: `open`, `done`, `declined`, `withdrawn` or `overtaken`.</summary>
    [FromQuery(Name = "state")]
    public string? State { get; init; }

    /// <summary>Only transfers of this terminal.</summary>
    [FromQuery(Name = "terminalId")]
    public string? TerminalId { get; init; }

    /// <summary>What is wrong with it.</summary>
    public IEnumerable<FieldError> Faults(PageQuery page)
    {
        foreach (var failure in PageQueryValidator.Instance.Validate(page).Errors)
            yield return new FieldError(JsonPath.FromProperty(failure.PropertyName), failure.ErrorMessage);
        if (page.After is { } after && TransferPlace.Read(after) is null)
            yield return new FieldError("cursor", "is no cursor of this list: send the nextCursor of the page before as it came");
        if (State is not null && !TransferState.All.Contains(State))
            yield return new FieldError("state", $"must be one of {string.Join(", ", TransferState.All)}");
        if (TerminalId is not null && !Terminals.TerminalId.IsWellFormed(TerminalId))
            yield return new FieldError("terminalId", Terminals.TerminalId.Rule);
    }
}

/// <summary>Where a list of transfers goes on: they are listed by when they were proposed, the newest first.</summary>
internal sealed record TransferPlace(DateTime ProposedAt, Guid TransferId)
{
    private const int TicksLength = 19;

    public static string Of(TerminalTransfer transfer) =>
        transfer.ProposedAt.Ticks.ToString("D" + TicksLength, CultureInfo.InvariantCulture) + transfer.TransferId.ToString("N");

    /// <summary>Null: no such place.</summary>
    public static TransferPlace? Read(string text) =>
        text.Length > TicksLength
        && long.TryParse(text.AsSpan(0, TicksLength), NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks
        && Guid.TryParseExact(text.AsSpan(TicksLength), "N", out var id)
            ? new TransferPlace(new DateTime(ticks, DateTimeKind.Utc), id)
            : null;
}

/// <summary>A terminal on its way from one merchant to another, as each of the two sees it.</summary>
internal record TransferAnswer
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The terminal.</summary>
    public required string TerminalId { get; init; }

    /// <summary>Whose it was when this was proposed: that merchant's name then.</summary>
    public required string From { get; init; }

    /// <summary>Whose it shall be: that merchant's name then.</summary>
    public required string To { get; init; }

    /// <summary>
    /// <c>open</c>, <c>done</c> (the terminal has changed hands), <c>declined</c>, <c>withdrawn</c>, or <c>overtaken</c>: both agreed, but by
    /// then the terminal was not the first merchant's any more.
    /// </summary>
    public required string State { get; init; }

    /// <summary>When the platform proposed it.</summary>
    public required DateTime ProposedAt { get; init; }

    /// <summary>When the merchant that had the terminal agreed.</summary>
    public required DateTime? FromAgreedAt { get; init; }

    /// <summary>When the merchant that shall have it agreed.</summary>
    public required DateTime? ToAgreedAt { get; init; }

    /// <summary>When it was over, however it ended.</summary>
    public required DateTime? EndedAt { get; init; }
}

/// <summary>A transfer, as one of its two merchants sees it.</summary>
internal sealed record MerchantTransferAnswer : TransferAnswer
{
    /// <summary><c>outgoing</c>: you had the terminal; <c>incoming</c>: you shall have it.</summary>
    public required string Direction { get; init; }

    /// <summary>Whether it waits for your answer.</summary>
    public required bool AwaitsYou { get; init; }

    public static MerchantTransferAnswer Of(TerminalTransfer transfer, MerchantId merchant) => new()
    {
        Id = transfer.TransferId,
        TerminalId = transfer.TerminalId,
        From = transfer.FromName,
        To = transfer.ToName,
        State = transfer.State,
        ProposedAt = transfer.ProposedAt,
        FromAgreedAt = transfer.FromAgreedAt,
        ToAgreedAt = transfer.ToAgreedAt,
        EndedAt = transfer.EndedAt,
        Direction = transfer.FromMerchant == merchant.Value ? "outgoing" : "incoming",
        AwaitsYou = transfer.AwaitsAnswerOf(merchant),
    };
}

/// <summary>A transfer, as the platform's operators see it.</summary>
internal sealed record AdminTransferAnswer : TransferAnswer
{
    /// <summary>The merchant that had the terminal.</summary>
    public required Guid FromMerchantId { get; init; }

    /// <summary>The merchant that shall have it.</summary>
    public required Guid ToMerchantId { get; init; }

    public static AdminTransferAnswer Of(TerminalTransfer transfer) => new()
    {
        Id = transfer.TransferId,
        TerminalId = transfer.TerminalId,
        From = transfer.FromName,
        To = transfer.ToName,
        State = transfer.State,
        ProposedAt = transfer.ProposedAt,
        FromAgreedAt = transfer.FromAgreedAt,
        ToAgreedAt = transfer.ToAgreedAt,
        EndedAt = transfer.EndedAt,
        FromMerchantId = transfer.FromMerchant,
        ToMerchantId = transfer.ToMerchant,
    };
}
