using CloudKick.Relay.Database;
using CloudKick.Relay.FreeTexts;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Users;

/// <summary>
/// Sessions, kept in the database: every node knows them, and each may end them. PostgreSQL's clock decides when one is over.
/// Thread-safe.
/// </summary>
internal sealed class UserSessions(TenantDatabase database, NpgsqlDataSource dataSource, IOptions<UserOptions> options)
{
    private const int MaximumUserAgentLength = 300;

    // Written at most so often: reading a page must not cost a write each time.
    private static readonly TimeSpan SeenResolution = TimeSpan.FromMinutes(1);

    private const string FindSql =
        """
        select session_id as SessionId, stage as Stage, created_at as CreatedAt, seen_at as SeenAt, ends_at as EndsAt, user_id as UserId,
               merchant_id as MerchantId, merchant_name as MerchantName, email as Email, name as Name, role as Role, language as Language,
               totp_secret as TotpSecret
        from find_user_session(@tokenHash, @idle)
        """;

    private const string SeenSql =
        "update user_sessions set seen_at = now() where session_id = @sessionId and seen_at < now() - @resolution";

    // What is long over is taken away when its user signs in again.
    private const string AddSql =
        """
        with forgotten as (
            delete from user_sessions where user_id = @userId and coalesce(ended_at, ends_at) < now() - interval '30 days'
        )
        insert into user_sessions (user_id, token_hash, stage, ends_at, origin, user_agent)
        values (@userId, @tokenHash, @stage, now() + @lifetime, @origin, @userAgent)
        """;

    private const string EndSql =
        """
        update user_sessions set ended_at = now()
        where user_id = @userId and ended_at is null and (@only::uuid is null or session_id = @only) and session_id is distinct from @except
        """;

    private const string ListSql =
        """
        select session_id as SessionId, created_at as CreatedAt, seen_at as SeenAt, origin as Origin, user_agent as UserAgent
        from user_sessions
        where user_id = @userId and stage = 'complete' and ended_at is null and ends_at > now() and seen_at > now() - @idle
        order by seen_at desc
        limit 50
        """;

    /// <summary>The live session with this token; null when there is none.</summary>
    /// <param name="token">From the cookie.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <param name="noteUse">Whether this counts as use by its person, who is idle otherwise.</param>
    public async Task<SignedIn?> FindAsync(SecretToken token, CancellationToken cancellationToken, bool noteUse = true)
    {
        SignedIn? session;
        await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
        {
            session = await connection.QuerySingleOrDefaultAsync<SignedIn>(
                new CommandDefinition(FindSql, new { tokenHash = token.Hash, idle = options.Value.SessionIdle }, cancellationToken: cancellationToken));
        }

        if (noteUse && session is { IsComplete: true })
            await database.ExecuteAsync(session.Tenant, SeenSql, new { session.SessionId, resolution = SeenResolution }, cancellationToken);
        return session;
    }

    /// <summary>Begins a session.</summary>
    public async Task<SecretToken> BeginAsync(Guid userId, Guid? merchantId, string stage, Visitor visitor, CancellationToken cancellationToken)
    {
        var token = SecretToken.New();
        await database.ExecuteAsync(
            UserTenant.Of(merchantId),
            AddSql,
            new
            {
                userId,
                tokenHash = token.Hash,
                stage,
                lifetime = stage == SignedIn.CompleteStage ? options.Value.SessionLifetime : options.Value.SecondFactorTimeout,
                origin = visitor.Origin,
                userAgent = visitor.UserAgent is { Length: > MaximumUserAgentLength } agent ? agent[..MaximumUserAgentLength] : visitor.UserAgent,
            },
            cancellationToken);
        return token;
    }

    /// <summary>Ends one session of a user.</summary>
    /// <returns>False when there was none of theirs with this id.</returns>
    public async Task<bool> EndAsync(Tenant tenant, Guid userId, Guid sessionId, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(tenant, EndSql, new { userId, only = sessionId, except = (Guid?)null }, cancellationToken) > 0;

    /// <summary>As <see cref="EndAsync(Tenant, Guid, Guid, CancellationToken)"/>, in a transaction.</summary>
    public static async Task<bool> EndAsync(TenantTransaction transaction, Guid userId, Guid sessionId, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(EndSql, new { userId, only = sessionId, except = (Guid?)null }, cancellationToken) > 0;

    /// <summary>Ends all sessions of a user, or all but one.</summary>
    public Task EndAllAsync(Tenant tenant, Guid userId, Guid? except, CancellationToken cancellationToken) =>
        database.ExecuteAsync(tenant, EndSql, new { userId, only = (Guid?)null, except }, cancellationToken);

    /// <summary>As <see cref="EndAllAsync(Tenant, Guid, Guid?, CancellationToken)"/>, in a transaction.</summary>
    public static Task EndAllAsync(TenantTransaction transaction, Guid userId, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(EndSql, new { userId, only = (Guid?)null, except = (Guid?)null }, cancellationToken);

    /// <summary>A user's live sessions, the latest used first; at most 50.</summary>
    public Task<IReadOnlyList<LiveSession>> ListAsync(Tenant tenant, Guid userId, CancellationToken cancellationToken) =>
        database.QueryAsync<LiveSession>(tenant, ListSql, new { userId, idle = options.Value.SessionIdle }, cancellationToken);
}

/// <summary>Where somebody comes from.</summary>
/// <param name="Origin">The network address.</param>
/// <param name="UserAgent">What the browser calls itself.</param>
internal sealed record Visitor(string? Origin, string? UserAgent)
{
    public static Visitor Of(HttpContext context) =>
        new(context.Connection.RemoteIpAddress?.ToString(), context.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent && !FreeText.IsSensitive(agent) ? agent : null);
}

/// <summary>A session as its user sees it.</summary>
internal sealed record LiveSession
{
    public required Guid SessionId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset SeenAt { get; init; }

    public required string? Origin { get; init; }

    public required string? UserAgent { get; init; }
}
