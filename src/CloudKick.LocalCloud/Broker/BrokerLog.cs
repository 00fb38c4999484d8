using Microsoft.Extensions.Logging;

namespace CloudKick.LocalCloud;

internal static partial class BrokerLog
{
    [LoggerMessage(2000, LogLevel.Information, "LocalCloud listens on {Address}:{Port}; clients trust {CaFile}")]
    public static partial void Listening(ILogger logger, string address, int port, string caFile);

    [LoggerMessage(2001, LogLevel.Debug, "TLS handshake refused: {Reason}")]
    public static partial void HandshakeRefused(ILogger logger, string reason);

    [LoggerMessage(2002, LogLevel.Warning, "Connection from {IpAddress} closed: {Reason}")]
    public static partial void UnknownCertificate(ILogger logger, string ipAddress, string reason);

    [LoggerMessage(2010, LogLevel.Warning, "Thing {ThingName}, client {ClientId}: CONNECT refused, {Reason}")]
    public static partial void ConnectRefused(ILogger logger, string thingName, string clientId, string reason);

    [LoggerMessage(2011, LogLevel.Warning, "Thing {ThingName}, client {ClientId}: {Fault}")]
    public static partial void ClientError(ILogger logger, string thingName, string clientId, string fault);

    [LoggerMessage(2012, LogLevel.Debug, "Thing {ThingName}, client {ClientId} disconnected: {Reason}")]
    public static partial void Disconnected(ILogger logger, string thingName, string clientId, string reason);

    [LoggerMessage(2013, LogLevel.Error, "Thing {ThingName}, client {ClientId}: connection failed")]
    public static partial void ConnectionFailed(ILogger logger, string thingName, string clientId, Exception exception);

    [LoggerMessage(2020, LogLevel.Error, "Housekeeping failed; it goes on")]
    public static partial void HousekeepingFailed(ILogger logger, Exception exception);
}
