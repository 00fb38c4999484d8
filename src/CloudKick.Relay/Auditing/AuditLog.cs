using System.Runtime.CompilerServices;
using CloudKick.Relay.Database;

namespace CloudKick.Relay.Auditing;

/// <summary>
/// Reads and checks the audit log. A merchant's chain is read as that merchant; <c>null</c> names the platform's own. Works without a
/// running relay, on a database of the owner's or the service's login. Thread-safe.
/// </summary>
public sealed class AuditLog(TenantDatabase database)
{
    private const int ChunkSize = 1_000;

    // Names only of whom the reader may see: row level security hides the platform's people from a merchant.
    private const string ListSql =
        """
        with named as (
            select a.chain_index, a.at, a.actor, a.action, a.subject, a.before, a.after, a.origin, a.hash,
                   case when a.actor ~ '^(user|operator|support):[0-9a-f-]{36}$' then split_part(a.actor, ':', 2)::uuid end as user_id,
                   case when a.actor like 'key:%' then substr(a.actor, 5) end as key_id
            from audit_log a
            where a.merchant_id is not distinct from @merchant::uuid
        )
        select n.chain_index as ChainIndex, n.at as At, n.actor as Actor, coalesce(u.email, nullif(k.label, '')) as ActorName, n.action as Action,
               n.subject as Subject, n.before::text as Before, n.after::text as After, n.origin as Origin, encode(n.hash, 'hex') as Hash
        from named n
        left join users u on u.user_id = n.user_id
        left join api_keys k on k.key_id = n.key_id
        where (@beforeIndex::bigint is null or n.chain_index < @beforeIndex)
          and (@action = '' or starts_with(n.action, @action))
          and (@subject = '' or n.subject = @subject)
          and (@who = '' or position(lower(@who) in lower(concat_ws(' ', n.actor, u.email, u.name, k.label))) > 0)
          and (@from::timestamptz is null or n.at >= @from)
          and (@until::timestamptz is null or n.at < @until)
        order by n.chain_index desc
        limit @limit
        """;

    // One statement: what is appended meanwhile is in both parts or in neither.
    private const string VerifySql =
        """
        with head as (
            select count(*) as length, encode((array_agg(a.hash order by a.chain_index desc))[1], 'hex') as hash
            from audit_log a
            where a.merchant_id is not distinct from @merchant::uuid
        )
        select h.length as Length, h.hash as Head, v.chain_index as ChainIndex, v.fault as Kind
        from head h
        left join verify_audit(@merchant::uuid) v on true
        order by v.chain_index
        """;

    /// <summary>Rows, the newest first.</summary>
    /// <param name="merchant">Whose chain; null: the platform's own.</param>
    /// <param name="filter">Which.</param>
    /// <param name="before">Only rows before this one; null: from the newest.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public Task<IReadOnlyList<AuditEntry>> ListAsync(
        MerchantId? merchant, AuditFilter filter, long? before, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var parameters = new
        {
            merchant = merchant?.Value, beforeIndex = before, filter.Action, filter.Subject, filter.Who,
            from = filter.From?.ToUniversalTime(), until = filter.Until?.ToUniversalTime(), limit,
        };
        return database.QueryAsync<AuditEntry>(TenantOf(merchant), ListSql, parameters, cancellationToken);
    }

    /// <summary>All rows of a filter, the newest first, a thousand at a time in memory.</summary>
    public async IAsyncEnumerable<AuditEntry> ReadAllAsync(
        MerchantId? merchant, AuditFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long? before = null;
        while (true)
        {
            var rows = await ListAsync(merchant, filter, before, ChunkSize, cancellationToken);
            foreach (var row in rows)
                yield return row;
            if (rows.Count < ChunkSize)
                yield break;
            before = rows[^1].ChainIndex;
        }
    }

    /// <summary>Checks a chain from its first row to its last.</summary>
    public async Task<AuditVerdict> VerifyAsync(MerchantId? merchant, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<Checked>(TenantOf(merchant), VerifySql, new { merchant = merchant?.Value }, cancellationToken);
        return new AuditVerdict(
            merchant?.Value, rows[0].Length, rows[0].Head,
            [.. rows.Where(row => row.Kind is not null).Select(row => new AuditFault(row.ChainIndex!.Value, row.Kind!))]);
    }

    private static Tenant TenantOf(MerchantId? merchant) => merchant is { } id ? id : Tenant.Platform;

    private sealed record Checked
    {
        public required long Length { get; init; }

        public required string? Head { get; init; }

        public required long? ChainIndex { get; init; }

        public required string? Kind { get; init; }
    }
}
