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
    // One by one (`limit 1`): few are named, and joined as a whole all people and keys would be read for it.
    private const string PeopleSql =
        """
        left join lateral (
            select u.email, u.name from users u
            where u.user_id = case when n.actor ~ '^(user|operator|support):[0-9a-f-]{36}$' then split_part(n.actor, ':', 2)::uuid end
            limit 1
        ) u on true
        left join lateral (select k.label from api_keys k where k.key_id = case when n.actor like 'key:%' then substr(n.actor, 5) end limit 1) k on true
        """;

    private const string SubjectsSql =
        """
        left join lateral (
            select s.email from users s
            where s.user_id = case when n.action like 'user.%' and n.subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then n.subject::uuid end
            limit 1
        ) s on true
        """;

    // A chain has many rows and few actors: those of the name that is looked for, and then of each its own rows. Each actor is found as
    // the next one in the index.
    private const string ActorsSql =
        $"""
        with recursive actors as (
            (select a.actor from audit_log a where {OwnedRows.OfMerchant} order by a.actor limit 1)
            union all
            select (select a.actor from audit_log a where {OwnedRows.OfMerchant} and a.actor > l.actor order by a.actor limit 1) from actors l where l.actor is not null
        ),
        wanted as (
            select n.actor from actors n {PeopleSql}
            where n.actor is not null and position(lower(@Who) in lower(concat_ws(' ', n.actor, u.email, u.name, k.label))) > 0
        )

        """;

    // Likewise the few actions.
    private const string ActionsSql =
        $"""
        with recursive actions as (
            (select a.action from audit_log a where {OwnedRows.OfMerchant} and a.action >= @Action order by a.action limit 1)
            union all
            select (select a.action from audit_log a where {OwnedRows.OfMerchant} and a.action > l.action order by a.action limit 1) from actions l where starts_with(l.action, @Action)
        ),
        wanted as (select n.action from actions n where starts_with(n.action, @Action))

        """;

    // Somebody is shown by their address and logged by their id. Looked up among the chain's own people, once.
    private const string OfPerson =
        $"a.subject = any (array(select u.user_id::text from users u where {OwnedRows.OfMerchant} and lower(u.email) = lower(@Subject)) || @Subject::text)";

    // One statement: what is appended meanwhile is in both parts or in neither.
    private const string VerifySql =
        $"""
        with head as (
            select count(*) as length, encode((array_agg(a.hash order by a.chain_index desc))[1], 'hex') as hash
            from audit_log a
            where {OwnedRows.OfMerchant}
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
            merchant = merchant?.Value, before, filter.Action, filter.Subject, filter.Who,
            from = filter.From?.ToUniversalTime(), until = filter.Until?.ToUniversalTime(), limit,
        };
        return database.QueryAsync<AuditEntry>(TenantOf(merchant), ListSql(filter, before), parameters, cancellationToken);
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

    // What is not asked for is not in the statement, so that PostgreSQL sees which index serves it.
    private static string ListSql(AuditFilter filter, long? before)
    {
        List<string> where = [OwnedRows.OfMerchant];
        if (before is not null)
            where.Add("a.chain_index < @before");
        if (filter.Subject.Length > 0)
            where.Add(filter.Subject.Contains('@', StringComparison.Ordinal) ? OfPerson : "a.subject = @Subject");
        if (filter.From is not null)
            where.Add("a.at >= @from");
        if (filter.Until is not null)
            where.Add("a.at < @until");
        var (head, wanted) = ("", "");
        if (filter.Who.Length > 0)
        {
            (head, wanted) = (ActorsSql, "w.actor = a.actor");
            if (filter.Action.Length > 0)
                where.Add("starts_with(a.action, @Action)");
        }
        else if (filter.Action.Length > 0)
        {
            (head, wanted) = (ActionsSql, "w.action = a.action");
        }

        var rows = $"select a.* from audit_log a where {string.Join(" and ", where)}{(wanted.Length > 0 ? " and " + wanted : "")} order by a.chain_index desc limit @limit";
        if (wanted.Length > 0)
            rows = $"select f.* from wanted w cross join lateral ({rows}) f order by f.chain_index desc limit @limit";
        return $"""
            {head}select n.chain_index as ChainIndex, n.at as At, n.actor as Actor, coalesce(u.email, nullif(k.label, '')) as ActorName, n.action as Action,
                   n.subject as Subject, s.email as SubjectName, n.before::text as Before, n.after::text as After, n.origin as Origin, encode(n.hash, 'hex') as Hash
            from ({rows}) n
            {PeopleSql}
            {SubjectsSql}
            order by n.chain_index desc
            """;
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
