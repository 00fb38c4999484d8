using CloudKick.Opi;

namespace CloudKick.Terminal;

/// <summary>What the terminal says to a request of the TAS.</summary>
internal static class StatusAnswer
{
    public static ServiceResponse To(ServiceRequest request, TerminalOptions options, string kickId)
    {
        var known = request.Header.RequestType.Equals(OpiRequestTypes.GetStatus, StringComparison.OrdinalIgnoreCase);
        return new ServiceResponse(request.Header, known ? OpiResult.Success : OpiResult.NotSupported)
        {
            Terminal = new OpiTerminal { TerminalId = options.TerminalId },
            PrivateData = known ? new PrivateData { KickId = kickId, FirmwareVersion = options.FirmwareVersion, Model = options.Model } : null,
        };
    }
}
