using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Terminals;
using CloudKick.Tas;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Sessions;

/// <summary>
/// Lets a terminal in when it follows an open kick, which is thereby connected. PostgreSQL decides; while it is away, or the node is not yet
/// heard there again, the terminal waits, in the end is refused, and may come again.
/// </summary>
internal sealed partial class SessionGate(
    SessionStore store, SessionEnds ends, NodeHeartbeat heartbeat, NodeIdentity node, IOptions<SessionOptions> options,
    TimeProvider timeProvider, ILogger<SessionGate> logger) : ITasGate
{
    public async ValueTask<TasAdmission> AdmitAsync(TasArrival arrival, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arrival);
        if (!TerminalId.IsWellFormed(arrival.TerminalId))
            return TasAdmission.Refused(TasRefusal.UnknownTerminal);
        Guid? kickId = null;
        if (arrival.KickId is not null)
        {
            if (!KickId.TryParse(arrival.KickId, out var named))
                return TasAdmission.Refused(TasRefusal.NoOpenKick);
            kickId = named.Value;
        }

        var (verdict, uncertain) = await AskAsync(arrival, kickId, cancellationToken);
        var admission = Judge(verdict);
        // An attempt that broke off may still open the session, for which there will be no connection.
        if (uncertain && !admission.IsAdmitted)
            await ends.AddAsync(arrival.SessionId, TasCloseReason.AdmissionFailed, CancellationToken.None);
        return admission;
    }

    public ValueTask ClosedAsync(TasSession session, TasCloseReason reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        return ends.AddAsync(session.Id, reason, cancellationToken);
    }

    /// <summary>The verdict, null when none was to be had in time; and whether an attempt broke off.</summary>
    private async Task<(string? Verdict, bool Uncertain)> AskAsync(TasArrival arrival, Guid? kickId, CancellationToken cancellationToken)
    {
        var remote = arrival.RemoteEndPoint?.ToString() ?? "unknown";
        var (asked, uncertain) = (false, false);
        try
        {
            while (true)
            {
                // Other nodes close the sessions of a node that they do not hear: no new ones until they do, a heartbeat after the database is back.
                while (!heartbeat.IsAlive)
                    await Task.Delay(options.Value.AdmissionRetryDelay, timeProvider, cancellationToken);
                try
                {
                    asked = true;
                    return (await store.OpenAsync(arrival.SessionId.Value, arrival.TerminalId, kickId, node.Name, remote, cancellationToken), uncertain);
                }
                catch (Exception exception) when (DatabaseFailure.IsUnavailable(exception) || exception is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected })
                {
                    uncertain = true;
                    Undecided(logger, arrival.TerminalId, exception.Message);
                }

                await Task.Delay(options.Value.AdmissionRetryDelay, timeProvider, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (null, asked);
        }
    }

    private static TasAdmission Judge(string? verdict) => verdict switch
    {
        "admitted" => TasAdmission.Admitted,
        "unknown_terminal" => TasAdmission.Refused(TasRefusal.UnknownTerminal),
        "no_open_kick" => TasAdmission.Refused(TasRefusal.NoOpenKick),
        "kick_expired" => TasAdmission.Refused(TasRefusal.KickExpired),
        "kick_used" => TasAdmission.Refused(TasRefusal.KickAlreadyUsed),
        null => TasAdmission.Refused(TasRefusal.Unavailable),
        _ => throw new InvalidOperationException($"open_tas_session gave the verdict '{verdict}', which this release does not know."),
    };

    [LoggerMessage(4351, LogLevel.Warning, "Whether terminal {TerminalId} may open a session cannot be decided now: {Reason}")]
    private static partial void Undecided(ILogger logger, string terminalId, string reason);
}
