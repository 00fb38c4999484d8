using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using Dapper;
using Npgsql;

namespace CloudKick.Relay.Users;

/// <summary>
/// From an email address and a password to a session. What is wrong is not told apart: an address that nobody has, a wrong password and
/// a person who may not sign in are answered alike, and take as long. Thread-safe.
/// </summary>
internal sealed class SignInSteps(
    TenantDatabase database, NpgsqlDataSource dataSource, UserSessions sessions, SignInFailures failures, SecondFactors secondFactors)
{
    private const string FindSql =
        """
        select user_id as UserId, merchant_id as MerchantId, email as Email, password_hash as PasswordHash, role as Role,
               totp_secret is not null as HasSecondFactor, disabled as Disabled
        from find_user_by_email(@email)
        """;

    private const string SignedInSql = "update users set signed_in_at = now() where user_id = @userId returning language";

    /// <summary>Checks the password and begins a session: complete, or one that still asks for the second factor.</summary>
    public async Task<SignInAnswer> WithPasswordAsync(string email, string password, Visitor visitor, CancellationToken cancellationToken)
    {
        if (await failures.CountAsync(email, Guess.Password, cancellationToken) is { } until)
            return SignInAnswer.Locked(until);

        var account = await FindAsync(email, cancellationToken);
        // Hashing takes its time by design: not on a thread that others wait for.
        var right = await Task.Run(() => Passwords.Verify(account?.PasswordHash, password), cancellationToken);
        if (!right || account is null or { Disabled: true })
            return SignInAnswer.Refused;

        await failures.ForgetAsync(email, Guess.Password, cancellationToken);
        if (account.HasSecondFactor)
            return SignInAnswer.Begun(await sessions.BeginAsync(account.UserId, account.MerchantId, SignedIn.SecondFactorStage, visitor, cancellationToken), complete: false);
        return await CompleteAsync(account.UserId, account.MerchantId, account.Role, visitor, cancellationToken);
    }

    /// <summary>Checks the second factor and replaces the session by one that is complete.</summary>
    public async Task<SignInAnswer> WithCodeAsync(SignedIn begun, string code, Visitor visitor, CancellationToken cancellationToken)
    {
        if (await failures.CountAsync(begun.Email, Guess.Code, cancellationToken) is { } until)
            return SignInAnswer.Locked(until);
        if (!await secondFactors.TakeAsync(begun, code, cancellationToken))
            return SignInAnswer.Refused;
        await failures.ForgetAsync(begun.Email, Guess.Code, cancellationToken);
        await sessions.EndAsync(begun.Tenant, begun.UserId, begun.SessionId, cancellationToken);
        return await CompleteAsync(begun.UserId, begun.MerchantId, begun.Role, visitor, cancellationToken);
    }

    /// <summary>Whether this is the person's password: asked again before something that a borrowed browser must not do.</summary>
    /// <returns>Null when it is; else what to answer.</returns>
    public async Task<SignInAnswer?> CheckPasswordAsync(SignedIn person, string password, CancellationToken cancellationToken)
    {
        if (await failures.CountAsync(person.Email, Guess.Password, cancellationToken) is { } until)
            return SignInAnswer.Locked(until);
        var account = await FindAsync(person.Email, cancellationToken);
        if (!await Task.Run(() => Passwords.Verify(account?.PasswordHash, password), cancellationToken))
            return SignInAnswer.Refused;
        await failures.ForgetAsync(person.Email, Guess.Password, cancellationToken);
        return null;
    }

    private async Task<SignInAnswer> CompleteAsync(Guid userId, Guid? merchantId, string role, Visitor visitor, CancellationToken cancellationToken)
    {
        var language = await database.InTransactionAsync(
            UserTenant.Of(merchantId),
            async (transaction, token) =>
            {
                var chosen = await transaction.QuerySingleOrDefaultAsync<string>(SignedInSql, new { userId }, token);
                await Audit.AppendAsync(
                    transaction, merchantId is { } id ? new MerchantId(id) : null, new Actor(UserActor.Of(role, userId), visitor.Origin),
                    "user.sign-in", userId.ToString(), null, new JsonObject { ["userAgent"] = visitor.UserAgent }, token);
                return chosen;
            },
            cancellationToken);
        return SignInAnswer.Begun(await sessions.BeginAsync(userId, merchantId, SignedIn.CompleteStage, visitor, cancellationToken), complete: true, language);
    }

    private async Task<Account?> FindAsync(string email, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Account>(new CommandDefinition(FindSql, new { email }, cancellationToken: cancellationToken));
    }

    private sealed record Account
    {
        public required Guid UserId { get; init; }

        public required Guid? MerchantId { get; init; }

        public required string Email { get; init; }

        public required string? PasswordHash { get; init; }

        public required string Role { get; init; }

        public required bool HasSecondFactor { get; init; }

        public required bool Disabled { get; init; }
    }
}

/// <summary>What came of an attempt to sign in.</summary>
/// <param name="Token">The session's, when one began.</param>
/// <param name="IsComplete">Whether that session is complete; else the second factor is asked for.</param>
/// <param name="LockedUntil">When there were too many failures: until when no attempt is looked at.</param>
/// <param name="Language">The language that they chose once, when the session is complete; null: none.</param>
internal sealed record SignInAnswer(SecretToken? Token, bool IsComplete, DateTimeOffset? LockedUntil, string? Language = null)
{
    /// <summary>No; not why.</summary>
    public static readonly SignInAnswer Refused = new(null, false, null);

    public static SignInAnswer Locked(DateTimeOffset until) => new(null, false, until);

    public static SignInAnswer Begun(SecretToken token, bool complete, string? language = null) => new(token, complete, null, language);
}
