using CloudKick.AwsIot.Data;
using CloudKick.Relay.Cloud;

namespace CloudKick.Relay.Terminals.Certificates;

/// <summary>
/// Ends terminals' connections. Taking a certificate's right to connect says nothing of a connection that there is: AWS may keep it for
/// a while. Thread safe.
/// </summary>
internal sealed partial class CloudConnections(IotDataClients data, ILogger<CloudConnections> logger)
{
    /// <summary>Ends a client's connection, if there is one. What the cloud answers does not undo what was done before: it is logged.</summary>
    public async Task EndAsync(string clientId, CancellationToken cancellationToken)
    {
        try
        {
            await data.Signing.DeleteConnectionAsync(new DeleteConnectionRequest { ClientId = clientId }, cancellationToken);
        }
        catch (ResourceNotFoundException)
        {
            // It was not connected.
        }
        catch (Exception fault) when (CloudCallException.Is(fault))
        {
            NotEnded(logger, clientId, fault.Message);
        }
    }

    [LoggerMessage(4602, LogLevel.Warning, "The connection of {ClientId} could not be ended, though its certificate was taken from it: {Reason}")]
    private static partial void NotEnded(ILogger logger, string clientId, string reason);
}
