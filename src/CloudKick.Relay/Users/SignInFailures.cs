using System.Security.Cryptography;
using System.Text;
using CloudKick.Relay.Database;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Users;

/// <summary>What somebody may try to guess: each has a count and a lock of its own.</summary>
internal enum Guess
{
    /// <summary>The password.</summary>
    Password,

    /// <summary>
    /// The second factor. Neither the right password nor a new one takes wrong codes back: whoever has the password, or the mail that sets
    /// it, must not try codes for ever.
    /// </summary>
    Code,
}

/// <summary>
/// Counts attempts to sign in, by what was given as an address, and locks after too many, longer each time. An attempt counts before it
/// is judged, so that many at once are no way around; one that succeeds is taken back with all before it. Thread-safe.
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

    private const string LockSql = "select max(locked_until) from sign_in_failures where account_hash = any(@accounts) and locked_until > now()";

    private const string ForgetSql = "delete from sign_in_failures where account_hash = any(@accounts)";

    // No text in UTF-8 begins with this byte, so no address that somebody gives is another's count.
    private const byte CodeMark = 0xFF;

    /// <summary>Whether an attempt may be made now; null: yes. Else until when not.</summary>
    public async Task<DateTimeOffset?> CountAsync(string email, Guess guess, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var parameters = new
        {
            account = Account(email, guess),
            free = options.Value.FreeFailures,
            first = options.Value.FirstLock,
            longest = options.Value.LongestLock,
        };
        var attempt = await connection.QuerySingleAsync<Attempt>(new CommandDefinition(CountSql, parameters, cancellationToken: cancellationToken));
        return attempt.Permitted ? null : attempt.LockedUntil;
    }

    /// <summary>Until when an address is locked, the later of both; null when neither is.</summary>
    public async Task<DateTimeOffset?> FindLockAsync(string email, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<DateTime?>(
            new CommandDefinition(LockSql, Accounts(email, Guess.Password, Guess.Code), cancellationToken: cancellationToken));
    }

    /// <summary>Forgets the failures, so that the next attempt is looked at.</summary>
    public async Task ForgetAsync(string email, Guess guess, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(ForgetSql, Accounts(email, guess), cancellationToken: cancellationToken));
    }

    /// <summary>The same, with what makes them void: a new password, a new second factor.</summary>
    public static Task ForgetAsync(TenantTransaction transaction, string email, Guess guess, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(ForgetSql, Accounts(email, guess), cancellationToken);

    private static object Accounts(string email, params Guess[] guesses) => new { accounts = guesses.Select(guess => Account(email, guess)).ToArray() };

    private static byte[] Account(string email, Guess guess)
    {
        var address = Encoding.UTF8.GetBytes(email.ToLowerInvariant());
        return SHA256.HashData(guess == Guess.Code ? [CodeMark, .. address] : address);
    }

    private sealed record Attempt
    {
        public required bool Permitted { get; init; }

        public required DateTimeOffset? LockedUntil { get; init; }
    }
}
