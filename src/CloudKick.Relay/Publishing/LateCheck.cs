using CloudKick.Relay.Database;
using Npgsql;

namespace CloudKick.Relay.Publishing;

/// <summary>
/// Asks the database again about a kick that had to wait before it could leave: meanwhile its terminal may have left the whitelist, or the kick
/// may have ended. Asked at the last moment, with nothing to wait for after it. Thread-safe.
/// </summary>
internal sealed class LateCheck(TenantDatabase database, TimeProvider timeProvider)
{
    // As claim_due_kicks asks before an attempt begins.
    private const string MayStillLeave = """
        select true
        from open_kicks o
        join whitelist_entries w on w.merchant_id = o.merchant_id and w.terminal_id = o.terminal_id
        join terminals t on t.terminal_id = o.terminal_id and t.merchant_id = o.merchant_id
        where o.terminal_id = @terminal and o.kick_id = @kick and o.attempt = @attempt and o.expires_at > clock_timestamp()
          and (w.enabled_until is null or w.enabled_until > clock_timestamp())
        """;

    /// <summary>For so long what the database said of a kick is taken to hold.</summary>
    public static readonly TimeSpan Holds = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Null when the attempt may go on. Else it has not been sent, and is over: the next one, if there is any, is decided upon by the database. So it is
    /// when the database does not answer.
    /// </summary>
    public async ValueTask<AttemptResult?> RefuseAsync(KickAttempt attempt, CancellationToken cancellationToken)
    {
        if (timeProvider.GetElapsedTime(attempt.CheckedTimestamp) <= Holds)
            return null;
        try
        {
            var mayLeave = await database.QuerySingleOrDefaultAsync<bool>(
                Tenant.Platform, MayStillLeave, new { terminal = attempt.TerminalId, kick = attempt.Kick.Value, attempt = attempt.Number }, cancellationToken);
            return mayLeave ? null : new AttemptResult(AttemptOutcome.NotSent, "while it waited for its turn the terminal left the whitelist, or the kick ended");
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
        {
            return new AttemptResult(AttemptOutcome.NotSent, $"it waited for its turn, and the database could not say whether it may still leave: {exception.Message}");
        }
    }
}
