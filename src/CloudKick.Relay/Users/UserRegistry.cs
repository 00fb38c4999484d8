using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using Npgsql;

namespace CloudKick.Relay.Users;

/// <summary>What became of a change to a user.</summary>
public enum UserOutcome
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>There is no such user, or it is not this merchant's.</summary>
    UnknownUser,

    /// <summary>Nobody could manage the merchant's (or the platform's) users any more.</summary>
    LastAdmin,

    /// <summary>The caller's condition did not hold: nothing was changed.</summary>
    Refused,
}

/// <summary>
/// Invites people, changes what they may do and shuts them out; every change is in the audit log. A merchant's people are seen and
/// changed as that merchant, so that row level security guards them; <c>null</c> names the platform's own people. Works without a
/// running relay, on a database of the owner's or the service's login. Thread-safe.
/// </summary>
public sealed class UserRegistry(TenantDatabase database)
{
    private const string Columns =
        """
        user_id as UserId, merchant_id as MerchantId, email as Email, name as Name, role as Role, created_at as CreatedAt,
        disabled_at as DisabledAt, signed_in_at as SignedInAt, password_hash is not null as HasPassword, totp_secret is not null as HasSecondFactor
        """;

    private const string AddSql =
        $"""
        insert into users (merchant_id, email, name, role, password_hash) values (@merchant, @email, @name, @role, @passwordHash)
        returning {Columns}
        """;

    private const string ListSql =
        $"""
        select {Columns}
        from users
        where {OwnedRows.OfMerchant} and (@after::text is null or lower(email) > lower(@after)) and (@search = '' or position(lower(@search) in lower(email || ' ' || name)) > 0)
        order by lower(email)
        limit @limit
        """;

    private const string FindSql = $"select {Columns} from users where {OwnedRows.OfMerchant} and user_id = @userId";

    private const string FindByEmailSql = $"select {Columns} from users where {OwnedRows.OfMerchant} and lower(email) = lower(@email)";

    private const string ChangeSql =
        $"""
        update users set role = @role, name = @name, disabled_at = case when @disabled then coalesce(disabled_at, clock_timestamp()) end
        where {OwnedRows.OfMerchant} and user_id = @userId
        returning {Columns}
        """;

    private const string RemoveSql = $"delete from users where {OwnedRows.OfMerchant} and user_id = @userId";

    // Locked together, so that two admins cannot take the role from each other at once.
    private const string AdminsSql =
        $"""
        select user_id from users
        where {OwnedRows.OfMerchant} and role = @role and disabled_at is null and password_hash is not null
        order by user_id
        for update
        """;

    private const string AddLinkSql =
        """
        with replaced as (delete from user_links where user_id = @userId)
        insert into user_links (token_hash, user_id, purpose, ends_at) values (@tokenHash, @userId, @purpose, now() + @lifetime)
        returning ends_at
        """;

    /// <summary>How long an invitation is good where nothing else is said.</summary>
    public static TimeSpan UsualInvitationLifetime { get; } = new UserOptions().InvitationLifetime;

    /// <summary>How long a link for a new password is good where nothing else is said.</summary>
    public static TimeSpan UsualResetLifetime { get; } = new UserOptions().ResetLifetime;

    /// <summary>Invites somebody: they are listed at once, and can sign in when they have used the link.</summary>
    /// <param name="wanted">Who.</param>
    /// <param name="lifetime">How long the link is good.</param>
    /// <param name="actor">Who invites.</param>
    /// <param name="cancellationToken">Cancels; nobody is then invited.</param>
    /// <returns>The link, or null when the address is in use.</returns>
    /// <exception cref="ArgumentException">Something of <see cref="NewUser"/> is not what it says.</exception>
    public Task<OneTimeLink?> InviteAsync(NewUser wanted, TimeSpan lifetime, Actor actor, CancellationToken cancellationToken) =>
        AddAsync(wanted, null, actor, (transaction, user, token) => LinkAsync(transaction, user, "invitation", lifetime, token), cancellationToken);

    /// <summary>Adds somebody with a password that is known already: for a demo, and to begin with.</summary>
    /// <returns>The user, or null when the address is in use.</returns>
    /// <exception cref="ArgumentException">Something of <see cref="NewUser"/> is not what it says, or the password breaks a rule.</exception>
    public Task<User?> AddWithPasswordAsync(NewUser wanted, string password, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        if (Passwords.Judge(password, wanted.Email) is { } fault)
            throw new ArgumentException($"The password is refused: {fault}.", nameof(password));
        return AddAsync(wanted, Passwords.Hash(password), actor, (_, user, _) => Task.FromResult(user), cancellationToken);
    }

    /// <summary>People by email address.</summary>
    /// <param name="merchant">Whose; null for the platform's.</param>
    /// <param name="search">A part of the address or the name, in any case; empty for all.</param>
    /// <param name="after">The last address of the page before; null to begin.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public Task<IReadOnlyList<User>> ListAsync(MerchantId? merchant, string search, string? after, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<User>(Tenant(merchant), ListSql, new { merchant = merchant?.Value, search, after, limit }, cancellationToken);

    /// <summary>One of them; null when there is none with this id here.</summary>
    public Task<User?> FindAsync(MerchantId? merchant, Guid userId, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<User>(Tenant(merchant), FindSql, new { merchant = merchant?.Value, userId }, cancellationToken);

    /// <summary>One of them, by what they sign in with, in any case; null when nobody here has this address.</summary>
    public Task<User?> FindAsync(MerchantId? merchant, string email, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<User>(Tenant(merchant), FindByEmailSql, new { merchant = merchant?.Value, email }, cancellationToken);

    /// <summary>Changes a user's role or name, shuts them out or lets them in again. Their sessions end when they may do less.</summary>
    /// <param name="merchant">Whose; null for the platform's.</param>
    /// <param name="userId">Who.</param>
    /// <param name="change">From what is to what shall be: of role, name and <see cref="User.DisabledAt"/> (whether, not when).</param>
    /// <param name="actor">Who changes.</param>
    /// <param name="cancellationToken">Cancels; nothing is then changed.</param>
    public Task<UserOutcome> ChangeAsync(MerchantId? merchant, Guid userId, Func<User, User> change, Actor actor, CancellationToken cancellationToken) =>
        ChangeAsync(merchant, userId, change, actor, condition: null, cancellationToken);

    /// <summary>The same, if a condition holds of them as they are, while nobody else can change them; null: in any case.</summary>
    internal Task<UserOutcome> ChangeAsync(
        MerchantId? merchant, Guid userId, Func<User, User> change, Actor actor, Func<User, bool>? condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        return database.InTransactionAsync(
            Tenant(merchant),
            async (transaction, token) =>
            {
                var admins = await LockAdminsAsync(transaction, merchant, token);
                if (await FindForChangeAsync(transaction, merchant, userId, token) is not { } before)
                    return UserOutcome.UnknownUser;
                if (condition is not null && !condition(before))
                    return UserOutcome.Refused;
                var after = change(before);
                if (NewUserValidator.Instance.Validate(new NewUser(merchant, before.Email, after.Role, after.Name)) is { IsValid: false } faults)
                    throw new ArgumentException(string.Join(' ', faults.Errors.Select(fault => fault.ErrorMessage)), nameof(change));
                if (admins is [var last] && last == userId && (after.Role != AdminRole(merchant) || after.DisabledAt is not null))
                    return UserOutcome.LastAdmin;

                var changed = await transaction.QuerySingleOrDefaultAsync<User>(
                    ChangeSql, new { merchant = merchant?.Value, userId, after.Role, after.Name, disabled = after.DisabledAt is not null }, token);
                if (changed == before)
                    return UserOutcome.Done;
                // What a session may do is read with it each time, so only who is shut out must leave.
                if (changed!.DisabledAt is not null)
                    await UserSessions.EndAllAsync(transaction, userId, token);
                var action = changed.DisabledAt is not null && before.DisabledAt is null ? "user.disable"
                    : changed.DisabledAt is null && before.DisabledAt is not null ? "user.enable" : "user.update";
                await AuditAsync(transaction, merchant, actor, action, before, changed, token);
                return UserOutcome.Done;
            },
            cancellationToken);
    }

    /// <summary>Removes somebody: their sessions, links and codes go with them. What they did stays in the audit log, by their id.</summary>
    /// <param name="merchant">Whose; null for the platform's.</param>
    /// <param name="userId">Who.</param>
    /// <param name="actor">Who removes.</param>
    /// <param name="cancellationToken">Cancels; nobody is then removed.</param>
    public Task<UserOutcome> RemoveAsync(MerchantId? merchant, Guid userId, Actor actor, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            Tenant(merchant),
            async (transaction, token) =>
            {
                var admins = await LockAdminsAsync(transaction, merchant, token);
                if (await FindForChangeAsync(transaction, merchant, userId, token) is not { } user)
                    return UserOutcome.UnknownUser;
                if (admins is [var last] && last == userId)
                    return UserOutcome.LastAdmin;
                await transaction.ExecuteAsync(RemoveSql, new { merchant = merchant?.Value, userId }, token);
                await Audit.AppendAsync(transaction, merchant, actor, "user.remove", userId.ToString(), Describe(user), null, token);
                return UserOutcome.Done;
            },
            cancellationToken);

    /// <summary>Makes a link with which somebody chooses a new password; an invitation again, when they never had one.</summary>
    /// <param name="merchant">Whose; null for the platform's.</param>
    /// <param name="userId">Who.</param>
    /// <param name="removeSecondFactor">Take their second factor away too: they have lost it.</param>
    /// <param name="lifetime">How long the link is good.</param>
    /// <param name="actor">Who makes it.</param>
    /// <param name="cancellationToken">Cancels; nothing is then changed.</param>
    /// <returns>The link; null when there is no such user.</returns>
    public Task<OneTimeLink?> ResetAsync(
        MerchantId? merchant, Guid userId, bool removeSecondFactor, TimeSpan lifetime, Actor actor, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            Tenant(merchant),
            async (transaction, token) =>
            {
                if (await FindForChangeAsync(transaction, merchant, userId, token) is not { } user)
                    return null;
                if (removeSecondFactor)
                {
                    await SecondFactors.RemoveAsync(transaction, userId, token);
                    await UserSessions.EndAllAsync(transaction, userId, token);
                }

                await AuditAsync(transaction, merchant, actor, removeSecondFactor ? "user.reset-second-factor" : "user.reset", user,
                    user with { HasSecondFactor = user.HasSecondFactor && !removeSecondFactor }, token);
                return (OneTimeLink?)await LinkAsync(transaction, user, user.HasPassword ? "reset" : "invitation", lifetime, token);
            },
            cancellationToken);

    private static Tenant Tenant(MerchantId? merchant) => UserTenant.Of(merchant?.Value);

    private static string AdminRole(MerchantId? merchant) => merchant is null ? Roles.PlatformOperator : Roles.Admin;

    private async Task<T?> AddAsync<T>(
        NewUser wanted, string? passwordHash, Actor actor, Func<TenantTransaction, User, CancellationToken, Task<T>> then, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(actor);
        if (NewUserValidator.Instance.Validate(wanted) is { IsValid: false } faults)
            throw new ArgumentException(string.Join(' ', faults.Errors.Select(fault => $"{fault.PropertyName} {fault.ErrorMessage}.")), nameof(wanted));
        try
        {
            return await database.InTransactionAsync(
                Tenant(wanted.Merchant),
                async (transaction, token) =>
                {
                    var added = await transaction.QuerySingleOrDefaultAsync<User>(
                        AddSql, new { merchant = wanted.Merchant?.Value, wanted.Email, wanted.Name, wanted.Role, passwordHash }, token);
                    await AuditAsync(transaction, wanted.Merchant, actor, "user.invite", null, added!, token);
                    return await then(transaction, added!, token);
                },
                cancellationToken);
        }
        catch (PostgresException taken) when (taken is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "users_email" })
        {
            return null;
        }
    }

    private static Task<User?> FindForChangeAsync(TenantTransaction transaction, MerchantId? merchant, Guid userId, CancellationToken cancellationToken) =>
        transaction.QuerySingleOrDefaultAsync<User>(FindSql + " for update", new { merchant = merchant?.Value, userId }, cancellationToken);

    private static Task<IReadOnlyList<Guid>> LockAdminsAsync(TenantTransaction transaction, MerchantId? merchant, CancellationToken cancellationToken) =>
        transaction.QueryAsync<Guid>(AdminsSql, new { merchant = merchant?.Value, role = AdminRole(merchant) }, cancellationToken);

    internal static async Task<OneTimeLink> LinkAsync(
        TenantTransaction transaction, User user, string purpose, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var token = SecretToken.New();
        var endsAt = await transaction.QuerySingleOrDefaultAsync<DateTime>(
            AddLinkSql, new { user.UserId, tokenHash = token.Hash, purpose, lifetime }, cancellationToken);
        return new OneTimeLink(user, OneTimeLinks.Path(token), endsAt);
    }

    private static Task AuditAsync(
        TenantTransaction transaction, MerchantId? merchant, Actor actor, string action, User? before, User after, CancellationToken cancellationToken) =>
        Audit.AppendAsync(
            transaction, merchant, actor, action, after.UserId.ToString(), before is null ? null : Describe(before), Describe(after), cancellationToken);

    private static JsonObject Describe(User user) => new()
    {
        ["email"] = user.Email,
        ["name"] = user.Name,
        ["role"] = user.Role,
        ["disabledAt"] = user.DisabledAt,
        ["secondFactor"] = user.HasSecondFactor,
    };
}
