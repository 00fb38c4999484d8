using Microsoft.Extensions.Logging;

namespace CloudKick.LocalCloud;

internal static partial class ApiLog
{
    [LoggerMessage(2100, LogLevel.Debug, "{Method} refused with {Status} {Type}: {Message}")]
    public static partial void Refused(ILogger logger, string method, int status, string type, string message);

    [LoggerMessage(2101, LogLevel.Error, "{Method} failed")]
    public static partial void Failed(ILogger logger, string method, Exception exception);
}
