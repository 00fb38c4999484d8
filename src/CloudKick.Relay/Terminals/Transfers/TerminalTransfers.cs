using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using Npgsql;

namespace CloudKick.Relay.Terminals.Transfers;

/// <summary>
/// Passes terminals from one merchant to another: the platform proposes, each of the two agrees or declines, and with the second yes the
/// terminal changes hands in that same transaction. Every step is in the chains of both. Thread-safe.
/// </summary>
internal sealed class TerminalTransfers(TenantDatabase database)
{
    private const int Shown = 50;

    /// <summary>What a <see cref="TerminalTransfer"/> is read from, of <c>terminal_transfers r</c>.</summary>
    public const string Columns =
        """
        r.transfer_id as TransferId, r.terminal_id as TerminalId, r.from_merchant as FromMerchant, r.to_merchant as ToMerchant,
        r.from_name as FromName, r.to_name as ToName, r.proposed_at as ProposedAt, r.from_agreed_at as FromAgreedAt,
        r.to_agreed_at as ToAgreedAt, r.ended_at as EndedAt, r.outcome as Outcome
        """;

    private const string ProposeSql = $"""
        insert into terminal_transfers as r (terminal_id, from_merchant, to_merchant, from_name, to_name, proposed_by)
        select t.terminal_id, f.merchant_id, m.merchant_id, f.name, m.name, @proposedBy
        from terminals t
        join merchants f on f.merchant_id = t.merchant_id
        join merchants m on m.merchant_id = @to and m.merchant_id <> f.merchant_id and m.disabled_at is null
        where t.terminal_id = @terminalId
        returning {Columns}
        """;

    private const string FindOpenSql = $"""
        select {Columns}
        from terminal_transfers r
        where r.transfer_id = @transfer and r.ended_at is null and (@merchant::uuid is null or @merchant in (r.from_merchant, r.to_merchant))
        for update
        """;

    private const string AgreeSql =
        """
        update terminal_transfers r
        set from_agreed_at = case when r.from_merchant = @merchant then coalesce(r.from_agreed_at, now()) else r.from_agreed_at end,
            from_agreed_by = case when r.from_merchant = @merchant then coalesce(r.from_agreed_by, @by) else r.from_agreed_by end,
            to_agreed_at = case when r.to_merchant = @merchant then coalesce(r.to_agreed_at, now()) else r.to_agreed_at end,
            to_agreed_by = case when r.to_merchant = @merchant then coalesce(r.to_agreed_by, @by) else r.to_agreed_by end
        where r.transfer_id = @transfer
        returning r.from_agreed_at is not null and r.to_agreed_at is not null
        """;

    private const string EndSql = "update terminal_transfers r set ended_at = now(), outcome = @outcome where r.transfer_id = @transfer";

    // Each side has its sorted list, of open ones and of all: however many there were, no more are read than shown.
    private const string OfMerchantSql = $"""
        select {Columns}
        from (
            (select o.* from terminal_transfers o where o.from_merchant = @merchant and o.ended_at is null order by o.proposed_at desc limit @limit)
            union all
            (select o.* from terminal_transfers o where o.to_merchant = @merchant and o.ended_at is null order by o.proposed_at desc limit @limit)
            union all
            (select o.* from terminal_transfers o where o.from_merchant = @merchant and o.ended_at is not null order by o.proposed_at desc limit @limit)
            union all
            (select o.* from terminal_transfers o where o.to_merchant = @merchant and o.ended_at is not null order by o.proposed_at desc limit @limit)
        ) r
        order by r.ended_at is not null, r.proposed_at desc
        limit @limit
        """;

    private const string OfTerminalSql = $"select {Columns} from terminal_transfers r where r.terminal_id = @terminalId and r.ended_at is null";

    /// <summary>A merchant's transfers, the open ones first.</summary>
    public Task<IReadOnlyList<TerminalTransfer>> ListAsync(MerchantId merchant, CancellationToken cancellationToken) =>
        database.QueryAsync<TerminalTransfer>(merchant, OfMerchantSql, new { merchant = merchant.Value, limit = Shown }, cancellationToken);

    /// <summary>A terminal's open transfer; for the platform.</summary>
    public Task<TerminalTransfer?> FindOpenAsync(string terminalId, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<TerminalTransfer>(Tenant.Platform, OfTerminalSql, new { terminalId }, cancellationToken);

    /// <summary>Asks both merchants. For the platform's operators.</summary>
    public async Task<(TransferOutcome Outcome, TerminalTransfer? Proposed)> ProposeAsync(
        string terminalId, MerchantId to, Actor actor, CancellationToken cancellationToken)
    {
        try
        {
            var proposal = await database.InTransactionAsync(
                Tenant.Platform,
                async (transaction, token) =>
                {
                    var proposed = await transaction.QuerySingleOrDefaultAsync<TerminalTransfer>(
                        ProposeSql, new { terminalId, to = to.Value, proposedBy = actor.Name }, token);
                    if (proposed is not null)
                        await AuditAsync(transaction, proposed, actor, "terminal.transfer.propose", token);
                    return proposed;
                },
                cancellationToken);
            return (proposal is null ? TransferOutcome.Impossible : TransferOutcome.Waiting, proposal);
        }
        catch (PostgresException refused) when (refused.ConstraintName == "terminal_transfers_open")
        {
            return (TransferOutcome.UnderWay, null);
        }
    }

    /// <summary>Takes a proposal back. For the platform's operators.</summary>
    public Task<TransferOutcome> WithdrawAsync(Guid transfer, Actor actor, CancellationToken cancellationToken) =>
        EndAsync(transfer, null, TransferState.Withdrawn, "terminal.transfer.withdraw", actor, cancellationToken);

    /// <summary>One side says no.</summary>
    public Task<TransferOutcome> DeclineAsync(Guid transfer, MerchantId merchant, Actor actor, CancellationToken cancellationToken) =>
        EndAsync(transfer, merchant, TransferState.Declined, "terminal.transfer.decline", actor, cancellationToken);

    /// <summary>One side says yes; with the second yes the terminal changes hands.</summary>
    public Task<TransferOutcome> AgreeAsync(Guid transfer, MerchantId merchant, Actor actor, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            // Across two merchants: the statements name the one that agrees.
            Tenant.Platform,
            async (transaction, token) =>
            {
                var parameters = new { transfer, merchant = merchant.Value, by = actor.Name };
                if (await transaction.QuerySingleOrDefaultAsync<TerminalTransfer>(FindOpenSql, parameters, token) is not { } open)
                    return TransferOutcome.Impossible;
                var both = await transaction.QuerySingleOrDefaultAsync<bool>(AgreeSql, parameters, token);
                await AuditAsync(transaction, open, actor, "terminal.transfer.agree", token);
                if (!both)
                    return TransferOutcome.Waiting;

                var terminal = await TerminalStore.FindForChangeAsync(transaction, open.TerminalId, token);
                var isTheirs = terminal?.MerchantId == open.FromMerchant;
                if (isTheirs)
                    await TerminalStore.AssignAsync(transaction, terminal! with { MerchantId = open.ToMerchant }, token);
                await transaction.ExecuteAsync(EndSql, new { transfer, outcome = isTheirs ? TransferState.Done : TransferState.Overtaken }, token);
                await AuditAsync(transaction, open, actor, isTheirs ? "terminal.transfer" : "terminal.transfer.overtaken", token);
                return isTheirs ? TransferOutcome.Transferred : TransferOutcome.Ended;
            },
            cancellationToken);

    private Task<TransferOutcome> EndAsync(
        Guid transfer, MerchantId? merchant, string outcome, string action, Actor actor, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            Tenant.Platform,
            async (transaction, token) =>
            {
                if (await transaction.QuerySingleOrDefaultAsync<TerminalTransfer>(FindOpenSql, new { transfer, merchant = merchant?.Value }, token) is not { } open)
                    return TransferOutcome.Impossible;
                await transaction.ExecuteAsync(EndSql, new { transfer, outcome }, token);
                await AuditAsync(transaction, open, actor, action, token);
                return TransferOutcome.Ended;
            },
            cancellationToken);

    private static async Task AuditAsync(
        TenantTransaction transaction, TerminalTransfer transfer, Actor actor, string action, CancellationToken cancellationToken)
    {
        // In one order, so that two transfers in opposite directions do not wait for each other's chains.
        foreach (var merchant in new[] { transfer.FromMerchant, transfer.ToMerchant }.Order())
        {
            await Audit.AppendAsync(
                transaction, new MerchantId(merchant), actor, action, transfer.TerminalId,
                new JsonObject { ["merchantId"] = transfer.FromMerchant }, new JsonObject { ["merchantId"] = transfer.ToMerchant }, cancellationToken);
        }
    }
}
