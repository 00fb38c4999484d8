using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Users;

/// <summary>What people do with their own accounts. Thread-safe.</summary>
internal sealed class Accounts(TenantDatabase database, NpgsqlDataSource dataSource, UserSessions sessions, SignInFailures failures, IOptions<UserOptions> options)
{
    private const string FindSql =
        """
        select user_id as UserId, merchant_id as MerchantId, email as Email, '' as Name, role as Role, now() as CreatedAt, null::timestamptz as DisabledAt,
               null::timestamptz as SignedInAt, true as HasPassword, totp_secret is not null as HasSecondFactor
        from find_user_by_email(@email)
        where password_hash is not null and not disabled
        """;

    private const string SetLanguageSql = "update users set language = @language where user_id = @userId";

    /// <summary>Sets a new password and ends every other session.</summary>
    /// <exception cref="ArgumentException">The password breaks a rule.</exception>
    public async Task ChangePasswordAsync(SignedIn person, string password, Actor actor, CancellationToken cancellationToken)
    {
        if (Passwords.Judge(password, person.Email) is { } fault)
            throw new ArgumentException($"The password is refused: {fault}.", nameof(password));
        var passwordHash = await Task.Run(() => Passwords.Hash(password), cancellationToken);
        await database.InTransactionAsync(
            person.Tenant,
            async (transaction, token) =>
            {
                await OneTimeLinks.SetPasswordAsync(transaction, person.UserId, passwordHash, token);
                await AuditAsync(transaction, person, actor, "user.password", new JsonObject { ["by"] = "password" }, token);
            },
            cancellationToken);
        await sessions.EndAllAsync(person.Tenant, person.UserId, except: person.SessionId, cancellationToken);
    }

    /// <summary>Takes the second factor away.</summary>
    public Task RemoveSecondFactorAsync(SignedIn person, Actor actor, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            person.Tenant,
            async (transaction, token) =>
            {
                await SecondFactors.RemoveAsync(transaction, person.UserId, token);
                await AuditAsync(transaction, person, actor, "user.second-factor.remove", [], token);
            },
            cancellationToken);

    /// <summary>Lets somebody who was locked out after too many failures try again.</summary>
    public async Task UnlockAsync(User user, Actor actor, CancellationToken cancellationToken)
    {
        await database.InTransactionAsync(
            UserTenant.Of(user.MerchantId),
            (transaction, token) => Audit.AppendAsync(
                transaction, user.MerchantId is { } id ? new MerchantId(id) : null, actor, "user.unlock", user.UserId.ToString(), null, [], token),
            cancellationToken);
        foreach (var guess in Enum.GetValues<Guess>())
            await failures.ForgetAsync(user.Email, guess, cancellationToken);
    }

    /// <summary>Ends one of somebody's own sessions elsewhere.</summary>
    /// <returns>False when none of theirs with this id is still going.</returns>
    public Task<bool> EndSessionAsync(SignedIn person, Guid sessionId, Actor actor, CancellationToken cancellationToken) =>
        EndSessionAsync(person, sessionId, actor, "user.session.end", cancellationToken);

    /// <summary>Ends the session that somebody is signed in with.</summary>
    public Task SignOutAsync(SignedIn person, Actor actor, CancellationToken cancellationToken) =>
        EndSessionAsync(person, person.SessionId, actor, "user.sign-out", cancellationToken);

    /// <summary>Remembers the language that somebody reads.</summary>
    public Task SetLanguageAsync(SignedIn person, string language, CancellationToken cancellationToken) =>
        database.ExecuteAsync(person.Tenant, SetLanguageSql, new { person.UserId, language }, cancellationToken);

    /// <summary>A link for a new password, for somebody who forgot theirs; null when nobody who may sign in has this address.</summary>
    public async Task<OneTimeLink?> ForgotPasswordAsync(string email, Visitor visitor, CancellationToken cancellationToken)
    {
        User? user;
        await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
            user = await connection.QuerySingleOrDefaultAsync<User>(new CommandDefinition(FindSql, new { email }, cancellationToken: cancellationToken));
        if (user is null)
            return null;
        return await database.InTransactionAsync(
            UserTenant.Of(user.MerchantId),
            async (transaction, token) =>
            {
                var actor = new Actor(UserActor.Of(user.Role, user.UserId), visitor.Origin);
                await Audit.AppendAsync(
                    transaction, user.MerchantId is { } id ? new MerchantId(id) : null, actor, "user.forgot-password", user.UserId.ToString(), null, [], token);
                return await UserRegistry.LinkAsync(transaction, user, "reset", options.Value.ResetLifetime, token);
            },
            cancellationToken);
    }

    private Task<bool> EndSessionAsync(SignedIn person, Guid sessionId, Actor actor, string action, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            person.Tenant,
            async (transaction, token) =>
            {
                var ended = await UserSessions.EndAsync(transaction, person.UserId, sessionId, token);
                if (ended)
                    await AuditAsync(transaction, person, actor, action, new JsonObject { ["session"] = sessionId }, token);
                return ended;
            },
            cancellationToken);

    private static Task AuditAsync(
        TenantTransaction transaction, SignedIn person, Actor actor, string action, JsonObject after, CancellationToken cancellationToken) =>
        Audit.AppendAsync(transaction, person.Merchant, actor, action, person.UserId.ToString(), null, after, cancellationToken);
}
