using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using CloudKick.Opi;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace CloudKick.Tas;

/// <summary>
/// One terminal's connection from accept to end: asks who it is, has the gate decide, keeps the session
/// until there is a reason to end it.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Close may come at any time, also late; a source without timer or wait handle holds nothing to release.")]
internal sealed partial class TasConnection(
    long number, ConnectionContext connection, TasOptions options, ITasGate gate, TasSessions sessions, TimeProvider timeProvider, ILogger logger)
{
    private const int StillOpen = -1;
    private const int FewestDigitsOfCards = 13;

    private readonly CancellationTokenSource _closing = new();
    private readonly TasDialogue _dialogue = new(connection, options, timeProvider, logger);
    private int _closeReason = StillOpen;

    /// <summary>Connections are numbered in the order in which they were accepted.</summary>
    public long Number => number;

    /// <summary>
    /// Ends the session, the first reason stands; one that is not open yet ends as soon as it is, or is not to be. Thread-safe, returns at once.
    /// </summary>
    public void Close(TasCloseReason reason)
    {
        if (Interlocked.CompareExchange(ref _closeReason, (int)reason, StillOpen) == StillOpen)
            _closing.Cancel();
    }

    /// <summary>Runs the connection to its end; <paramref name="pending"/> is disposed as soon as the gate has decided.</summary>
    public async Task<TasCloseReason> RunAsync(IDisposable pending)
    {
        TasSessions.LiveSession? live = null;
        using (pending)
        {
            if (await IdentifyAsync().ConfigureAwait(false) is { } arrival)
                live = await AdmitAsync(arrival).ConfigureAwait(false);
        }

        return live is null ? Reason : await KeepAsync(live).ConfigureAwait(false);
    }

    private TasCloseReason Reason => (TasCloseReason)Volatile.Read(ref _closeReason);

    private async Task<TasArrival?> IdentifyAsync()
    {
        // Also while the node stops: once it has answered, the terminal takes its session for open, and does not come again.
        var step = await _dialogue.AskStatusAsync(options.HandshakeTimeout, CancellationToken.None).ConfigureAwait(false);
        if (step.Message is ServiceResponse answer)
        {
            // A terminal that is logged out or busy still tells who it is; nothing else is asked here.
            var terminalId = answer.Terminal?.TerminalId ?? answer.Header.TerminalId;
            var kickId = string.IsNullOrEmpty(answer.PrivateData?.KickId) ? null : answer.PrivateData.KickId;
            if (terminalId is not null && TerminalIdForm().IsMatch(terminalId) && (kickId is null || KickIdForm().IsMatch(kickId)))
                return new TasArrival(new TasSessionId(Guid.CreateVersion7(timeProvider.GetUtcNow())), terminalId, kickId, connection.RemoteEndPoint);

            logger.ProtocolBroken(connection.RemoteEndPoint, "the answer to GetStatus has no valid TerminalID, or a KickId that is none");
        }

        Close(step.End ?? TasCloseReason.ProtocolError);
        logger.NotIdentified(connection.RemoteEndPoint, Reason);
        return null;
    }

    private async Task<TasSessions.LiveSession?> AdmitAsync(TasArrival arrival)
    {
        if (!sessions.TryReserve(arrival.TerminalId))
        {
            logger.LimitReached(connection.RemoteEndPoint, "all sessions");
            Close(TasCloseReason.LimitReached);
            return null;
        }

        TasAdmission admission;
        try
        {
            using var deadline = new CancellationTokenSource(options.GateTimeout, timeProvider);
            admission = await gate.AdmitAsync(arrival, deadline.Token).ConfigureAwait(false);
        }
        // The gate is somebody else's code, and whatever it throws concerns this one connection.
        catch (Exception exception)
        {
            sessions.CancelReservation();
            logger.AdmissionFailed(exception, Shown(arrival.TerminalId), arrival.SessionId);
            Close(TasCloseReason.AdmissionFailed);
            await NoteEndAsync(SessionOf(arrival), TasCloseReason.AdmissionFailed).ConfigureAwait(false);
            return null;
        }

        if (!admission.IsAdmitted)
        {
            sessions.CancelReservation();
            logger.Refused(Shown(arrival.TerminalId), connection.RemoteEndPoint, admission.RefusalReason);
            Close(TasCloseReason.Refused);
            return null;
        }

        var live = new TasSessions.LiveSession(SessionOf(arrival), this);
        logger.SessionOpened(arrival.TerminalId, arrival.SessionId, arrival.RemoteEndPoint, arrival.KickId);
        sessions.Enter(live);
        return live;
    }

    private async Task<TasCloseReason> KeepAsync(TasSessions.LiveSession live)
    {
        TasCloseReason? end;
        do
        {
            end = await _dialogue.ListenAsync(options.IdleInterval, _closing.Token).ConfigureAwait(false);
            end ??= await ProbeAsync(live.Session.TerminalId).ConfigureAwait(false);
        }
        while (end is null && !_closing.IsCancellationRequested);

        Close(end ?? TasCloseReason.Silent);
        sessions.Leave(live);
        logger.SessionClosed(live.Session.Id, live.Session.TerminalId, Reason);
        await NoteEndAsync(live.Session, Reason).ConfigureAwait(false);
        return Reason;
    }

    private async Task<TasCloseReason?> ProbeAsync(string terminalId)
    {
        var step = await _dialogue.AskStatusAsync(options.AnswerTimeout, _closing.Token).ConfigureAwait(false);
        if (step.Message is ServiceResponse { Terminal.TerminalId: { } other } && other != terminalId)
        {
            logger.ProtocolBroken(connection.RemoteEndPoint, "the terminal answers under another TerminalID than before");
            return TasCloseReason.ProtocolError;
        }

        return step.End;
    }

    private async Task NoteEndAsync(TasSession session, TasCloseReason reason)
    {
        try
        {
            using var deadline = new CancellationTokenSource(options.GateTimeout, timeProvider);
            await gate.ClosedAsync(session, reason, deadline.Token).ConfigureAwait(false);
        }
        // As in AdmitAsync; the session is over either way.
        catch (Exception exception)
        {
            logger.ClosingNotNoted(exception, session.Id, Shown(session.TerminalId));
        }
    }

    // Until it is admitted the id is a stranger's word, and one of so many digits may be a card number.
    private static string Shown(string terminalId) => terminalId.Count(char.IsAsciiDigit) < FewestDigitsOfCards ? terminalId : "(not shown)";

    private TasSession SessionOf(TasArrival arrival) =>
        new(arrival.SessionId, arrival.TerminalId, arrival.KickId, arrival.RemoteEndPoint, timeProvider.GetUtcNow());

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,16}\z")]
    private static partial Regex TerminalIdForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex KickIdForm();
}
