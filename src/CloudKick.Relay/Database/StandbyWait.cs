using Npgsql;

namespace CloudKick.Relay.Database;

/// <summary>
/// Whether a connection's commits waited for the synchronous standby to the end. PostgreSQL tells a commit whose wait was cancelled, for instance
/// by a time limit, as done, with no more than a warning: it stands on this server alone, and is lost with it. Without such a standby
/// nothing waits.
/// </summary>
internal sealed class StandbyWait
{
    // Where the warning comes from in PostgreSQL's source; its words are in the server's language.
    private const string Routine = "SyncRepWaitForLSN";

    private bool _cutShort;

    /// <summary>From now on, until the connection is closed.</summary>
    public StandbyWait(NpgsqlConnection connection) => connection.Notice += (_, told) => _cutShort |= told.Notice.Routine == Routine;

    /// <summary>Throws when a commit did not wait to the end; call it when the last answer is read to its end.</summary>
    /// <exception cref="NpgsqlException">The standby was not there in time, and it is unknown whether it will last.</exception>
    public void ThrowIfCutShort()
    {
        if (_cutShort)
            throw new NpgsqlException("The commit was not confirmed by the standby.", new TimeoutException("The wait for the synchronous standby was cancelled."));
    }
}
