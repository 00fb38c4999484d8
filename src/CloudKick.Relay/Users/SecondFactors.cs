using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Users;

/// <summary>Sets up, checks and takes away the second factor: codes of an authenticator app, or a recovery code each once. Thread-safe.</summary>
internal sealed class SecondFactors(TenantDatabase database, IDataProtectionProvider protection, IOptions<UserOptions> options, TimeProvider timeProvider)
{
    private const string SetSql =
        "update users set totp_secret = @secret, totp_step = @step where user_id = @userId";

    private const string ForgetCodesSql = "delete from user_recovery_codes where user_id = @userId";

    private const string AddCodesSql =
        "insert into user_recovery_codes (user_id, code_hash) select @userId, unnest(@hashes)";

    private const string CountCodesSql = "select count(*) from user_recovery_codes where user_id = @userId";

    // Compare-and-set: of two who send the same code at once, one is too late.
    private const string UseStepSql = "update users set totp_step = @step where user_id = @userId and totp_step < @step";

    private const string UseCodeSql = "delete from user_recovery_codes where user_id = @userId and code_hash = @hash";

    private readonly IDataProtector _stored = protection.CreateProtector("CloudKick.Users.TotpSecret");
    private readonly ITimeLimitedDataProtector _offered = protection.CreateProtector("CloudKick.Users.OfferedTotpSecret").ToTimeLimitedDataProtector();

    /// <summary>Whether somebody of this role must have a second factor.</summary>
    public bool IsRequiredOf(string role) => options.Value.RequireSecondFactor switch
    {
        SecondFactor.Everybody => true,
        SecondFactor.Admins => role == Roles.Admin || Roles.IsPlatform(role),
        _ => false,
    };

    /// <summary>A new secret to show to its user, and the same sealed, to come back with the first code.</summary>
    public (byte[] Secret, string Sealed) Offer()
    {
        var secret = Totp.NewSecret();
        return (secret, Convert.ToBase64String(_offered.Protect(secret, timeProvider.GetUtcNow() + options.Value.SessionLifetime)));
    }

    /// <summary>What <see cref="Offer"/> sealed; null when it is not that, or too old.</summary>
    public byte[]? Open(string sealedSecret)
    {
        try
        {
            return _offered.Unprotect(Convert.FromBase64String(sealedSecret));
        }
        catch (Exception unreadable) when (unreadable is FormatException or System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Sets the second factor up, when the code is the secret's; wrong codes of the one before are forgotten.</summary>
    /// <returns>The recovery codes, to be shown once; null when the code was wrong.</returns>
    public async Task<IReadOnlyList<string>?> SetUpAsync(SignedIn person, byte[] secret, string code, Actor actor, CancellationToken cancellationToken)
    {
        if (Totp.Match(secret, Bare(code), timeProvider.GetUtcNow()) is not { } step)
            return null;
        return await database.InTransactionAsync(
            person.Tenant,
            async (transaction, token) =>
            {
                await transaction.ExecuteAsync(SetSql, new { person.UserId, secret = _stored.Protect(secret), step }, token);
                var codes = await ReplaceCodesAsync(transaction, person.UserId, token);
                await SignInFailures.ForgetAsync(transaction, person.Email, Guess.Code, token);
                await AuditAsync(transaction, person, actor, "user.second-factor.set-up", token);
                return codes;
            },
            cancellationToken);
    }

    /// <summary>New recovery codes; the old ones are good no more.</summary>
    public Task<string[]> RenewCodesAsync(SignedIn person, Actor actor, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            person.Tenant,
            async (transaction, token) =>
            {
                var codes = await ReplaceCodesAsync(transaction, person.UserId, token);
                await AuditAsync(transaction, person, actor, "user.recovery-codes.renew", token);
                return codes;
            },
            cancellationToken);

    /// <summary>How many recovery codes are left.</summary>
    public Task<long> CountCodesAsync(SignedIn person, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<long>(person.Tenant, CountCodesSql, new { person.UserId }, cancellationToken);

    /// <summary>Whether this is a code of the user's app, or one of their recovery codes. A code that was taken is not taken again.</summary>
    public async Task<bool> TakeAsync(SignedIn person, string code, CancellationToken cancellationToken)
    {
        if (person.TotpSecret is null)
            return false;
        if (Totp.Match(_stored.Unprotect(person.TotpSecret), Bare(code), timeProvider.GetUtcNow()) is { } step)
            return await database.ExecuteAsync(person.Tenant, UseStepSql, new { person.UserId, step }, cancellationToken) > 0;
        return RecoveryCode.Hash(code) is { } hash
            && await database.ExecuteAsync(person.Tenant, UseCodeSql, new { person.UserId, hash }, cancellationToken) > 0;
    }

    /// <summary>Takes the second factor and its recovery codes away.</summary>
    public static async Task RemoveAsync(TenantTransaction transaction, Guid userId, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(SetSql, new { userId, secret = (byte[]?)null, step = 0L }, cancellationToken);
        await transaction.ExecuteAsync(ForgetCodesSql, new { userId }, cancellationToken);
    }

    private static async Task<string[]> ReplaceCodesAsync(TenantTransaction transaction, Guid userId, CancellationToken cancellationToken)
    {
        var codes = RecoveryCode.NewSet();
        await transaction.ExecuteAsync(ForgetCodesSql, new { userId }, cancellationToken);
        await transaction.ExecuteAsync(AddCodesSql, new { userId, hashes = codes.Select(code => RecoveryCode.Hash(code)!).ToArray() }, cancellationToken);
        return codes;
    }

    private static Task AuditAsync(TenantTransaction transaction, SignedIn person, Actor actor, string action, CancellationToken cancellationToken) =>
        Audit.AppendAsync(transaction, person.Merchant, actor, action, person.UserId.ToString(), null, new JsonObject(), cancellationToken);

    private static string Bare(string code) => code.Replace(" ", "", StringComparison.Ordinal);
}
