using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;

namespace CloudKick.Relay.Merchants;

/// <summary>
/// Adds, lists, renames, disables and enables merchants; every change is in the audit log. Works without a running relay, on a database of the
/// owner's or the service's login. Thread-safe.
/// </summary>
public sealed class MerchantRegistry(TenantDatabase database, TimeProvider timeProvider)
{
    /// <summary>The longest name.</summary>
    public const int MaximumNameLength = 200;

    private const string Columns = "merchant_id as merchantid, name, created_at as createdat, disabled_at as disabledat";

    private const string AddSql = $"insert into merchants (merchant_id, name) values (@merchantId, @name) returning {Columns}";

    private const string ListHead =
        $"""
        select {Columns}
        from merchants m
        where (@after::uuid is null or m.merchant_id > @after)

        """;

    private const string BeginsSo =
        """
        and m.merchant_id in (select w.merchant_id from merchant_words w where w.text ~>=~ lower(@search) and w.text ~<~ lower(@beyond))

        """;

    // Ids are time-ordered, so this is the order in which merchants were added.
    private const string ListTail =
        """
        order by m.merchant_id
        limit @limit
        """;

    // A whole name is among its own words' texts, where an index finds it.
    private const string NamedSql =
        $"""
        select {Columns}
        from merchants m
        where m.merchant_id in (select w.merchant_id from merchant_words w where w.text = lower(@name))
          and lower(m.name) = lower(@name) and (@anyCase or m.name = @name)
        order by m.merchant_id
        limit @limit
        """;

    private const string NewestSql = $"select {Columns} from merchants m order by m.merchant_id desc limit @limit";

    private const string FindSql = $"select {Columns} from merchants where merchant_id = @merchantId";

    private const string RenameSql = $"update merchants set name = @name where merchant_id = @merchantId returning {Columns}";

    // Nodes remember keys: each of the merchant's is announced as changed.
    private const string SetDisabledSql =
        $"""
        with changed as (
            update merchants
            set disabled_at = case when @disabled then clock_timestamp() end
            where merchant_id = @merchantId
            returning {Columns}
        ),
        announced as materialized (
            select count(pg_notify('api_key_changed', k.key_id)) as keys
            from api_keys k
            where k.merchant_id = @merchantId and k.revoked_at is null
        )
        select changed.*
        from changed, announced
        """;

    /// <summary>Adds a merchant.</summary>
    /// <param name="name">1 to 200 characters.</param>
    /// <param name="actor">Who adds it.</param>
    /// <param name="cancellationToken">Cancels; nothing is then added.</param>
    /// <param name="wanted">Its id, which no merchant may have yet; null: a new one.</param>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    public Task<Merchant> AddAsync(string name, Actor actor, CancellationToken cancellationToken, MerchantId? wanted = null)
    {
        ThrowIfNoName(name);
        ArgumentNullException.ThrowIfNull(actor);
        var id = wanted ?? MerchantId.New(timeProvider);
        return database.InTransactionAsync(
            Tenant.Platform,
            async (transaction, token) =>
            {
                var added = await transaction.QuerySingleOrDefaultAsync<Merchant>(AddSql, new { merchantId = id.Value, name }, token);
                await Audit.AppendAsync(transaction, id, actor, "merchant.add", id.ToString(), null, Describe(added!), token);
                return added!;
            },
            cancellationToken);
    }

    /// <summary>Merchants in the order in which they were added.</summary>
    /// <param name="after">The last one of the page before; null to begin.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public Task<IReadOnlyList<Merchant>> ListAsync(MerchantId? after, int limit, CancellationToken cancellationToken) =>
        SearchAsync("", after, limit, cancellationToken);

    /// <summary>As <see cref="ListAsync"/>, of those whose id or whose name, from some word of it on, begins so, in any case; empty: of all.</summary>
    public Task<IReadOnlyList<Merchant>> SearchAsync(string search, MerchantId? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(search);
        return database.QueryAsync<Merchant>(
            Tenant.Platform, ListHead + (search.Length > 0 ? BeginsSo : "") + ListTail,
            new { search, beyond = Beginning.Beyond(search), after = after?.Value, limit }, cancellationToken);
    }

    /// <summary>The merchants of just this name in the order in which they were added; a name need not be one merchant's alone.</summary>
    /// <param name="name">The whole name.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <param name="anyCase">Whether capital and small letters are the same. Default: they are not.</param>
    public Task<IReadOnlyList<Merchant>> NamedAsync(string name, int limit, CancellationToken cancellationToken, bool anyCase = false) =>
        database.QueryAsync<Merchant>(Tenant.Platform, NamedSql, new { name, limit, anyCase }, cancellationToken);

    /// <summary>The merchants that were added last, the newest first.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public Task<IReadOnlyList<Merchant>> NewestAsync(int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<Merchant>(Tenant.Platform, NewestSql, new { limit }, cancellationToken);

    /// <summary>One merchant, or null.</summary>
    public Task<Merchant?> FindAsync(MerchantId merchant, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<Merchant>(Tenant.Platform, FindSql, new { merchantId = merchant.Value }, cancellationToken);

    /// <summary>Gives a merchant another name. Doing so twice changes nothing.</summary>
    /// <param name="merchant">Which.</param>
    /// <param name="name">1 to 200 characters.</param>
    /// <param name="actor">Who renames it.</param>
    /// <param name="cancellationToken">Cancels; nothing is then changed.</param>
    /// <returns>The merchant, or null when there is none with this id.</returns>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    public Task<Merchant?> RenameAsync(MerchantId merchant, string name, Actor actor, CancellationToken cancellationToken)
    {
        ThrowIfNoName(name);
        ArgumentNullException.ThrowIfNull(actor);
        var change = new { merchantId = merchant.Value, name };
        return database.InTransactionAsync(
            Tenant.Platform,
            async (transaction, token) =>
            {
                var before = await transaction.QuerySingleOrDefaultAsync<Merchant>(FindSql + " for update", change, token);
                if (before is null || before.Name == name)
                    return before;
                var after = await transaction.QuerySingleOrDefaultAsync<Merchant>(RenameSql, change, token);
                await Audit.AppendAsync(transaction, merchant, actor, "merchant.rename", merchant.ToString(), Describe(before), Describe(after!), token);
                return after;
            },
            cancellationToken);
    }

    /// <summary>Disables a merchant, so that none of its keys works, or enables it again. Doing so twice changes nothing.</summary>
    /// <returns>The merchant, or null when there is none with this id.</returns>
    public Task<Merchant?> SetDisabledAsync(MerchantId merchant, bool disabled, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var id = new { merchantId = merchant.Value, disabled };
        return database.InTransactionAsync(
            Tenant.Platform,
            async (transaction, token) =>
            {
                var before = await transaction.QuerySingleOrDefaultAsync<Merchant>(FindSql + " for update", id, token);
                if (before is null || before.DisabledAt is not null == disabled)
                    return before;
                var after = await transaction.QuerySingleOrDefaultAsync<Merchant>(SetDisabledSql, id, token);
                await Audit.AppendAsync(
                    transaction, merchant, actor, disabled ? "merchant.disable" : "merchant.enable", merchant.ToString(), Describe(before), Describe(after!), token);
                return after;
            },
            cancellationToken);
    }

    private static void ThrowIfNoName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.Length > MaximumNameLength)
            throw new ArgumentException($"A merchant's name has at most {MaximumNameLength} characters.", nameof(name));
    }

    private static JsonObject Describe(Merchant merchant) => new() { ["name"] = merchant.Name, ["disabledAt"] = merchant.DisabledAt };
}
