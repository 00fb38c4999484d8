using CloudKick.Relay.Database;
using CloudKick.Relay.Paging;

namespace CloudKick.Relay.Terminals.Transfers;

/// <summary>Finds transfers, behind row level security: a merchant sees those that it gives or takes. Thread-safe.</summary>
internal sealed class TransferSearch(TenantDatabase database)
{
    private const string FindSql = $"select {TerminalTransfers.Columns} from terminal_transfers r where r.transfer_id = @transfer";

    /// <summary>One of the reader's transfers, or with null any; null when there is none.</summary>
    public Task<TerminalTransfer?> FindAsync(MerchantId? reader, Guid transfer, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<TerminalTransfer>(
            TenantOf(reader), reader is null ? FindSql : FindSql + " and @merchant in (r.from_merchant, r.to_merchant)",
            new { transfer, merchant = reader?.Value }, cancellationToken);

    /// <summary>A merchant's transfers, or with null all, the newest first.</summary>
    /// <param name="reader">Who reads; null: the platform.</param>
    /// <param name="query">Which ones; without faults.</param>
    /// <param name="merchant">For the platform: only those of this merchant; null: of all.</param>
    /// <param name="page">Which part. One more is read than it holds.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<IReadOnlyList<TerminalTransfer>> ListAsync(
        MerchantId? reader, TransferQuery query, Guid? merchant, PageQuery page, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(page);
        var side = reader?.Value ?? merchant;
        var place = page.After is { } after ? TransferPlace.Read(after) : null;
        // What is not asked for is not in the statement, so that PostgreSQL sees which index serves it.
        List<string> where = ["true"];
        if (side is not null)
            where.Add("(r.from_merchant = @side or r.to_merchant = @side)");
        if (query.TerminalId is not null)
            where.Add("r.terminal_id = @TerminalId");
        if (query.State == TransferState.Open)
            where.Add("r.ended_at is null");
        else if (query.State is not null)
            where.Add("r.outcome = @State");
        if (place is not null)
            where.Add("(r.proposed_at, r.transfer_id) < (@ProposedAt, @TransferId)");
        return database.QueryAsync<TerminalTransfer>(
            TenantOf(reader),
            $"select {TerminalTransfers.Columns} from terminal_transfers r where {string.Join(" and ", where)} order by r.proposed_at desc, r.transfer_id desc limit @limit",
            new { side, query.TerminalId, query.State, place?.ProposedAt, place?.TransferId, limit = page.Size + 1 },
            cancellationToken);
    }

    private static Tenant TenantOf(MerchantId? merchant) => merchant is { } known ? known : Tenant.Platform;
}
