using Microsoft.Extensions.Logging;

namespace CloudKick.LocalCloud;

internal static partial class ControlLog
{
    [LoggerMessage(2150, LogLevel.Information, "Fault {Id} ordered: {Kind} for {Clients}")]
    public static partial void FaultOrdered(ILogger logger, int id, CloudFaultKind kind, string clients);

    [LoggerMessage(2151, LogLevel.Information, "All faults withdrawn")]
    public static partial void FaultsReset(ILogger logger);
}
