using System.Net;
using Microsoft.Extensions.Logging;

namespace CloudKick.Tas;

internal static partial class TasLog
{
    [LoggerMessage(3000, LogLevel.Information, "Terminal {TerminalId} opened session {SessionId} from {Remote} for kick {KickId}")]
    public static partial void SessionOpened(this ILogger logger, string terminalId, TasSessionId sessionId, EndPoint? remote, string? kickId);

    [LoggerMessage(3001, LogLevel.Information, "Session {SessionId} of terminal {TerminalId} ended: {Reason}")]
    public static partial void SessionClosed(this ILogger logger, TasSessionId sessionId, string terminalId, TasCloseReason reason);

    [LoggerMessage(3002, LogLevel.Warning, "Terminal {TerminalId} from {Remote} was refused: {Refusal}")]
    public static partial void Refused(this ILogger logger, string terminalId, EndPoint? remote, TasRefusal refusal);

    [LoggerMessage(3003, LogLevel.Warning, "Connection from {Remote} ended before it said who it is: {Reason}")]
    public static partial void NotIdentified(this ILogger logger, EndPoint? remote, TasCloseReason reason);

    [LoggerMessage(3004, LogLevel.Warning, "Connection from {Remote} was turned away: {Limit} are in use")]
    public static partial void LimitReached(this ILogger logger, EndPoint? remote, string limit);

    [LoggerMessage(3005, LogLevel.Warning, "Connection from {Remote} broke the protocol: {Fault}")]
    public static partial void ProtocolBroken(this ILogger logger, EndPoint? remote, string fault);

    [LoggerMessage(3006, LogLevel.Debug, "A message from {Remote} was passed over: {Why}")]
    public static partial void PassedOver(this ILogger logger, EndPoint? remote, string why);

    [LoggerMessage(3007, LogLevel.Error, "Whether terminal {TerminalId} may open session {SessionId} could not be decided")]
    public static partial void AdmissionFailed(this ILogger logger, Exception exception, string terminalId, TasSessionId sessionId);

    [LoggerMessage(3008, LogLevel.Error, "The end of session {SessionId} of terminal {TerminalId} could not be noted")]
    public static partial void ClosingNotNoted(this ILogger logger, Exception exception, TasSessionId sessionId, string terminalId);
}
