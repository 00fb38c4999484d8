using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CloudKick.LocalCloud;

/// <summary>
/// <c>wss://ENDPOINT/mqtt</c>: MQTT over WebSockets for callers that sign the request, in its address or its headers. AWS does
/// not take certificates there, and ends such a connection after a day.
/// </summary>
internal sealed class MqttOverWebSockets(Broker broker, SignedCallers callers, TimeProvider timeProvider, ILogger logger)
{
    public const string Path = "/mqtt";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    private static readonly string[] Services = ["iotdevicegateway", "iotdata"];
    private static readonly string[] SubProtocols = ["mqtt", "mqttv3.1"];

    /// <exception cref="ApiException">403: the request is not signed, or not rightly.</exception>
    public async Task HandleAsync(HttpContext context, SignedRequest request)
    {
        if (!SignatureClaim.IsMadeBy(request)) throw new ApiException(ApiError.Forbidden with { Message = "Missing Authentication Token" });
        var device = callers.Identify(context, request, Services);

        var asked = context.WebSockets.WebSocketRequestedProtocols;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { SubProtocol = SubProtocols.FirstOrDefault(asked.Contains) });
        await using var connection = new WebSocketConnection(
            socket, context.Connection.Id, EndPoint(context.Connection.RemoteIpAddress, context.Connection.RemotePort),
            EndPoint(context.Connection.LocalIpAddress, context.Connection.LocalPort), broker.Limits.MaximumPacketSize);
        await connection.RunAsync(() => new ClientConnection(connection, device, broker, timeProvider, logger, Lifetime).RunAsync());
    }

    private static IPEndPoint? EndPoint(IPAddress? address, int port) => address is null ? null : new IPEndPoint(address, port);
}
