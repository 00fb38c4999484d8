using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using Dapper;
using Npgsql;

namespace CloudKick.Relay.Users;

/// <summary>Whose a link is, as <c>find_user_link</c> tells while it is good.</summary>
internal sealed record LinkOwner
{
    public required string Purpose { get; init; }

    public required Guid UserId { get; init; }

    public required Guid? MerchantId { get; init; }

    public required string Email { get; init; }

    public required string Role { get; init; }

    public bool IsInvitation => Purpose == "invitation";
}

/// <summary>Links that are good for one new password. Thread-safe.</summary>
internal sealed class OneTimeLinks(TenantDatabase database, NpgsqlDataSource dataSource)
{
    public const string PagePath = "/welcome/";

    private const string FindSql =
        "select purpose as Purpose, user_id as UserId, merchant_id as MerchantId, email as Email, role as Role from find_user_link(@tokenHash)";

    // The link is taken first: of two who use it at once, one finds nothing.
    private const string TakeSql = "delete from user_links where token_hash = @tokenHash and ends_at > now()";

    private const string SetPasswordSql = "update users set password_hash = @passwordHash where user_id = @userId";

    private const string ForgetOthersSql = "delete from user_links where user_id = @userId";

    /// <summary>The link's address on the relay.</summary>
    public static string Path(SecretToken token) => PagePath + token.Text;

    /// <summary>Whose the link is; null when it is none, was used, or is too old.</summary>
    public async Task<LinkOwner?> FindAsync(SecretToken token, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<LinkOwner>(
            new CommandDefinition(FindSql, new { tokenHash = token.Hash }, cancellationToken: cancellationToken));
    }

    /// <summary>Sets the password, uses the link up, ends every session, and forgets what was tried of the old password.</summary>
    /// <returns>False when the link is good no more.</returns>
    /// <exception cref="ArgumentException">The password breaks a rule.</exception>
    public async Task<bool> UseAsync(SecretToken token, LinkOwner owner, string password, Visitor visitor, CancellationToken cancellationToken)
    {
        if (Passwords.Judge(password, owner.Email) is { } fault)
            throw new ArgumentException($"The password is refused: {fault}.", nameof(password));
        var passwordHash = await Task.Run(() => Passwords.Hash(password), cancellationToken);
        return await database.InTransactionAsync(
            UserTenant.Of(owner.MerchantId),
            async (transaction, cancellation) =>
            {
                if (await transaction.ExecuteAsync(TakeSql, new { tokenHash = token.Hash }, cancellation) == 0)
                    return false;
                await SetPasswordAsync(transaction, owner.UserId, passwordHash, cancellation);
                await UserSessions.EndAllAsync(transaction, owner.UserId, cancellation);
                await SignInFailures.ForgetAsync(transaction, owner.Email, Guess.Password, cancellation);
                await Audit.AppendAsync(
                    transaction, owner.MerchantId is { } id ? new MerchantId(id) : null, new Actor(UserActor.Of(owner.Role, owner.UserId), visitor.Origin),
                    "user.password", owner.UserId.ToString(), null, new JsonObject { ["by"] = owner.Purpose }, cancellation);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Sets a password, after which no link is good any more.</summary>
    public static async Task SetPasswordAsync(TenantTransaction transaction, Guid userId, string passwordHash, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(SetPasswordSql, new { userId, passwordHash }, cancellationToken);
        await transaction.ExecuteAsync(ForgetOthersSql, new { userId }, cancellationToken);
    }
}
