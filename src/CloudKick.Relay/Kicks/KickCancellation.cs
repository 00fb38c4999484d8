using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Security;

namespace CloudKick.Relay.Kicks;

/// <summary>Cancels kicks, and writes into the merchant's audit log who did, in the same transaction. Thread-safe.</summary>
internal sealed class KickCancellation(TenantDatabase database, NodeIdentity node)
{
    private const string BeforeSql =
        """
        select k.state as State, k.terminal_id as TerminalId
        from kicks k
        where k.kick_id = @kick and k.merchant_id = @merchant
        """;

    private const string CancelSql = "select c.cancelled from cancel_kick(@merchant, @kick, @node) c";

    /// <summary>Cancels the merchant's kick if it is open. Null when the merchant has no such kick; else whether this call ended it.</summary>
    public Task<bool?> CancelAsync(MerchantId merchant, KickId kick, Actor actor, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            merchant,
            async (transaction, token) =>
            {
                var parameters = new { merchant = merchant.Value, kick = kick.Value, node = node.Name };
                if (await transaction.QuerySingleOrDefaultAsync<Before>(BeforeSql, parameters, token) is not { } before)
                    return null;
                var cancelled = await transaction.QuerySingleOrDefaultAsync<bool>(CancelSql, parameters, token);
                if (cancelled)
                {
                    await Audit.AppendAsync(
                        transaction, merchant, actor, "kick.cancel", kick.ToString(), Describe(before.State), Describe("cancelled"), token);
                }

                return (bool?)cancelled;

                JsonObject Describe(string state) => new() { ["terminalId"] = before.TerminalId, ["state"] = state };
            },
            cancellationToken);

    private sealed record Before
    {
        public required string State { get; init; }
        public required string TerminalId { get; init; }
    }
}
