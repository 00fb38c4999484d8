using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Terminals.States;
using CloudKick.Relay.Terminals.Transfers;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>A merchant's terminals.</summary>
[RequireScope(Scopes.TerminalsRead)]
internal sealed class TerminalsPage(TerminalStates states, TerminalTransfers transfers) : MerchantPage
{
    public override string Title => "Terminals.Title";

    public string Search { get; private set; } = "";

    /// <summary>One of <see cref="TerminalStatus"/>; empty: all.</summary>
    public string Status { get; private set; } = "";

    /// <summary>How many transfers wait for this merchant's answer.</summary>
    public int Transfers { get; private set; }

    public bool IsFiltered => Search.Length + Status.Length > 0;

    public IEnumerable<Choice> Statuses => TerminalChoices.Statuses(T);

    public IReadOnlyList<TerminalListRow> Terminals { get; private set; } = [];

    public Paging Paging { get; private set; } = new(null, null);

    public async Task OnGetAsync(string? search, string? status, string? after, CancellationToken cancellationToken)
    {
        Search = search?.Trim() ?? "";
        Status = status is not null && TerminalStatus.All.Contains(status) ? status : "";
        var wanted = new TerminalSearch(Status.Length > 0 ? Status : null, Search);
        var rows = await states.ListAsync(
            Merchant.Id, wanted, TerminalId.IsWellFormed(after) ? after : null, Paging.Size + 1, cancellationToken);
        Paging = Paging.Of(rows, row => row.TerminalId, Request, new() { ["search"] = Search, ["status"] = Status }, out var shown);
        Terminals = shown;
        if (May(Scopes.WhitelistRead))
            Transfers = (await transfers.ListAsync(Merchant.Id, cancellationToken)).Count(transfer => transfer.AwaitsAnswerOf(Merchant.Id));
    }
}

/// <summary>What lists of terminals may be filtered by.</summary>
internal static class TerminalChoices
{
    public static IEnumerable<Choice> Statuses(Texts texts) =>
        TerminalStatus.All.Select(status => new Choice(status, texts["Terminals.Status-" + status])).Prepend(new Choice("", texts["Shared.All"]));
}
