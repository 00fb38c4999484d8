using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Users;

/// <summary>
/// Counts attempts to sign in, by what was given as an address, and locks after too many, longer each time. An attempt counts before it
/// is judged, so that many at once are no way around; one that succeeds is taken back with all before it.
/// </summary>
internal sealed class SignInFailures(NpgsqlDataSource dataSource, IOptions<UserOptions> options)
{
    // `failed_at` moves only when the attempt may be made; a day's rest forgets what was.
    private const string CountSql =
        """
        with counted as (
            insert into sign_in_failures as f (account_hash, failures, failed_at) values (@account, 1, now())
            on conflict (account_hash) do update set
                failures = case
                    when f.locked_until > now() then f.failures
                    when f.failed_at < now() - interval '1 day' then 1
                    else f.failures + 1 end,
                failed_at = case when f.locked_until > now() then f.failed_at else now() end,
                locked_until = case
                    when f.locked_until > now() then f.locked_until
                    when f.failed_at < now() - interval '1 day' or f.failures < @free then null
                    else now() + least(@longest, @first * power(2, least(f.failures - @free, 30))) end
            returning failed_at = now() as Permitted, locked_until as LockedUntil
        ),
        forgotten as (
            delete from sign_in_failures
            where account_hash in (select o.account_hash from sign_in_failures o where o.failed_at < now() - interval '2 days' limit 100 for update skip locked)
              and account_hash <> @account
        )
        select Permitted, LockedUntil from counted
        """;

    private const string LockSql = "select locked_until from sign_in_failures where account_hash = @account and locked_until > now()";

    private const string ForgetSql = "delete from sign_in_failures where account_hash = @account";

    /// <summary>Whether an attempt may be made now; null: yes. Else until when not.</summary>
    public async Task<DateTimeOffset?> CountAsync(string email, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var parameters = new
        {
            account = Account(email),
            free = options.Value.FreeFailures,
            first = options.Value.FirstLock,
            longest = options.Value.LongestLock,
        };
        var attempt = await connection.QuerySingleAsync<Attempt>(new CommandDefinition(CountSql, parameters, cancellationToken: cancellationToken));
        return attempt.Permitted ? null : attempt.LockedUntil;
    }

    /// <summary>Until when an address is locked; null when it is not.</summary>
    public async Task<DateTimeOffset?> FindLockAsync(string email, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<DateTime?>(new CommandDefinition(LockSql, new { account = Account(email) }, cancellationToken: cancellationToken));
    }

    /// <summary>Forgets the failures, so that the next attempt is looked at.</summary>
    public async Task ForgetAsync(string email, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(ForgetSql, new { account = Account(email) }, cancellationToken: cancellationToken));
    }

    private static byte[] Account(string email) => SHA256.HashData(Encoding.UTF8.GetBytes(email.ToLowerInvariant()));

    private sealed record Attempt
    {
        public required bool Permitted { get; init; }

        public required DateTimeOffset? LockedUntil { get; init; }
    }
}
