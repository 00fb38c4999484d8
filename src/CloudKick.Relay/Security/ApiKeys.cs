using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using Npgsql;

namespace CloudKick.Relay.Security;

/// <summary>
/// Makes, lists and revokes API keys; every change is in the audit log. Works without a running relay, on a database of the owner's
/// or the service's login. Thread-safe.
/// </summary>
public sealed class ApiKeys(TenantDatabase database)
{
    private const string Columns =
        """
        key_id as keyid, merchant_id as merchantid, environment, label, scopes, created_at as createdat, expires_at as expiresat,
        last_used_at as lastusedat, revoked_at as revokedat, replaced_by as replacedby
        """;

    private const string CreateSql =
        $"""
        insert into api_keys (key_id, merchant_id, environment, secret_hash, label, scopes, expires_at)
        values (@KeyId, @Merchant, @Environment, @SecretHash, @Label, @Scopes, @ExpiresAt)
        returning {Columns}
        """;

    private const string ListSql =
        $"""
        select {Columns}
        from api_keys
        where {OwnedRows.OfMerchant}
          and (@after::text is null or (created_at, key_id) > (select a.created_at, a.key_id from api_keys a where a.key_id = @after))
        order by created_at, key_id
        limit @limit
        """;

    private const string FindSql =
        $"select {Columns} from api_keys where key_id = @keyId and (@any or merchant_id is not distinct from @merchant::uuid)";

    // A replaced one is found too, whether or not it works: who asks again learns what became of it.
    private const string FindToRotateSql =
        $"""
        {FindSql}
          and (replaced_by is not null or (revoked_at is null and (expires_at is null or expires_at > clock_timestamp())))
        for update
        """;

    // What ended earlier stays so.
    private const string EndSql =
        $"""
        update api_keys
        set expires_at = least(expires_at, clock_timestamp() + @overlap), replaced_by = @successor
        where key_id = @keyId
        returning {Columns}
        """;

    private const string RevokeSql = $"update api_keys set revoked_at = clock_timestamp() where key_id = @keyId returning {Columns}";

    /// <summary>Makes a key.</summary>
    /// <param name="wanted">What it shall be.</param>
    /// <param name="actor">Who makes it.</param>
    /// <param name="cancellationToken">Cancels; nothing is then made.</param>
    /// <returns>The key, or null when there is no such merchant.</returns>
    /// <exception cref="ArgumentException">The environment, the label or the scopes are not what <see cref="NewApiKey"/> says.</exception>
    public async Task<CreatedApiKey?> CreateAsync(NewApiKey wanted, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(actor);
        if (NewApiKeyValidator.Instance.Validate(wanted) is { IsValid: false } faults)
            throw new ArgumentException(string.Join(' ', faults.Errors.Select(fault => fault.ErrorMessage)), nameof(wanted));

        try
        {
            return await database.InTransactionAsync(
                TenantOf(wanted.Merchant),
                (transaction, token) => AddAsync(transaction, ApiKeyToken.Generate(wanted.Environment), wanted, actor, token), cancellationToken);
        }
        catch (PostgresException missing) when (missing is { SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: "api_keys_merchant_id_fkey" })
        {
            return null;
        }
    }

    /// <summary>
    /// Makes a key that may do the same and lasts as long, and ends the old one after an overlap in which both work: time to put the new one
    /// into use. A key is replaced once: asked again, as after an answer that got lost, it makes none and names the one that was made.
    /// </summary>
    /// <param name="owner">Whose; null: the platform operators'.</param>
    /// <param name="keyId">The old key.</param>
    /// <param name="overlap">How long the old one works on; zero ends it at once. One that would have ended earlier does.</param>
    /// <param name="actor">Who rotates.</param>
    /// <param name="cancellationToken">Cancels; nothing is then changed.</param>
    public Task<KeyRotation> RotateAsync(MerchantId? owner, string keyId, TimeSpan overlap, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(overlap, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(actor);
        return database.InTransactionAsync(
            TenantOf(owner),
            async (transaction, token) =>
            {
                var old = await transaction.QuerySingleOrDefaultAsync<ApiKey>(
                    FindToRotateSql, new { keyId, any = false, merchant = owner?.Value }, token);
                if (old is null or { ReplacedBy: not null })
                    return new KeyRotation(null, old?.ReplacedBy);
                var successor = ApiKeyToken.Generate(old.Environment);
                var ended = await transaction.QuerySingleOrDefaultAsync<ApiKey>(EndSql, new { keyId, overlap, successor = successor.KeyId }, token);
                await Audit.AppendAsync(transaction, owner, actor, "api-key.rotate", keyId, Describe(old), Describe(ended!), token);
                return new KeyRotation(
                    await AddAsync(transaction, successor, new NewApiKey(owner, old.Environment, old.Label, old.Scopes, old.ExpiresAt), actor, token),
                    successor.KeyId);
            },
            cancellationToken);
    }

    /// <summary>One key of an owner's; null when they have none with this id.</summary>
    public Task<ApiKey?> FindAsync(MerchantId? owner, string keyId, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<ApiKey>(TenantOf(owner), FindSql, new { keyId, any = false, merchant = owner?.Value }, cancellationToken);

    /// <summary>Any key; null when there is none with this id.</summary>
    public Task<ApiKey?> FindAsync(string keyId, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<ApiKey>(Tenant.Platform, FindSql, new { keyId, any = true, merchant = (Guid?)null }, cancellationToken);

    /// <summary>A merchant's keys, or the platform operators', oldest first, the revoked ones too.</summary>
    /// <param name="merchant">Whose; null for the platform operators'.</param>
    /// <param name="after">The id of the last key of the page before; null to begin.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public Task<IReadOnlyList<ApiKey>> ListAsync(MerchantId? merchant, string? after, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<ApiKey>(TenantOf(merchant), ListSql, new { merchant = merchant?.Value, after, limit }, cancellationToken);

    /// <summary>
    /// Revokes any key; every node refuses it within 5 s, and at once where the database's notification arrives. Revoking it again
    /// changes nothing.
    /// </summary>
    /// <returns>The key, or null when there is none with this id.</returns>
    public Task<ApiKey?> RevokeAsync(string keyId, Actor actor, CancellationToken cancellationToken) =>
        RevokeAsync(Tenant.Platform, new { keyId, any = true, merchant = (Guid?)null }, keyId, actor, cancellationToken);

    /// <summary>As <see cref="RevokeAsync(string, Actor, CancellationToken)"/>, when it is this owner's.</summary>
    /// <param name="owner">Whose; null: the platform operators'.</param>
    /// <param name="keyId">Which.</param>
    /// <param name="actor">Who revokes.</param>
    /// <param name="cancellationToken">Cancels; nothing is then changed.</param>
    public Task<ApiKey?> RevokeAsync(MerchantId? owner, string keyId, Actor actor, CancellationToken cancellationToken) =>
        RevokeAsync(TenantOf(owner), new { keyId, any = false, merchant = owner?.Value }, keyId, actor, cancellationToken);

    private Task<ApiKey?> RevokeAsync(Tenant tenant, object which, string keyId, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return database.InTransactionAsync(
            tenant,
            async (transaction, token) =>
            {
                var key = await transaction.QuerySingleOrDefaultAsync<ApiKey>(FindSql + " for update", which, token);
                if (key is null or { RevokedAt: not null })
                    return key;
                var revoked = await transaction.QuerySingleOrDefaultAsync<ApiKey>(RevokeSql, new { keyId }, token);
                var merchant = key.MerchantId is { } id ? new MerchantId(id) : (MerchantId?)null;
                await Audit.AppendAsync(transaction, merchant, actor, "api-key.revoke", keyId, Describe(key), Describe(revoked!), token);
                return revoked;
            },
            cancellationToken);
    }

    private static async Task<CreatedApiKey> AddAsync(
        TenantTransaction transaction, ApiKeyToken token, NewApiKey wanted, Actor actor, CancellationToken cancellationToken)
    {
        var row = new
        {
            token.KeyId,
            Merchant = wanted.Merchant?.Value,
            wanted.Environment,
            SecretHash = token.HashSecret(),
            wanted.Label,
            Scopes = wanted.Scopes.Distinct().ToArray(),
            ExpiresAt = wanted.ExpiresAt?.ToUniversalTime(),
        };
        var created = await transaction.QuerySingleOrDefaultAsync<ApiKey>(CreateSql, row, cancellationToken);
        await Audit.AppendAsync(transaction, wanted.Merchant, actor, "api-key.create", row.KeyId, null, Describe(created!), cancellationToken);
        return new CreatedApiKey(created!, token.Reveal());
    }

    private static Tenant TenantOf(MerchantId? owner) => owner is { } merchant ? merchant : Tenant.Platform;

    private static JsonObject Describe(ApiKey key)
    {
        var state = new JsonObject
        {
            ["label"] = key.Label,
            ["environment"] = key.Environment,
            ["scopes"] = new JsonArray([.. key.Scopes.Select(scope => (JsonNode)scope)]),
            ["expiresAt"] = key.ExpiresAt,
            ["revokedAt"] = key.RevokedAt,
        };
        if (key.ReplacedBy is { } successor)
            state["replacedBy"] = successor;
        return state;
    }
}
