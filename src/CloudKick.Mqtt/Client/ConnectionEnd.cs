using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt.Client;

/// <summary>Why a connection ended, and what the server is told on the way out, if it can be told.</summary>
internal sealed record ConnectionEnd(string Cause, MqttReasonCode? ReasonCode = null, Exception? Exception = null, DisconnectPacket? Farewell = null)
{
    /// <summary>In good order, with or without a word.</summary>
    public bool ByServer { get; private init; }

    public static ConnectionEnd Closed() =>
        new("The server closed the connection without saying why; a policy may refuse what was sent last") { ByServer = true };

    public static ConnectionEnd ClosedInsidePacket() => new("The server closed the connection in the middle of a packet");

    public static ConnectionEnd Lost(Exception exception) => new($"The connection was lost: {exception.Message}", null, exception);

    public static ConnectionEnd Broken(MqttProtocolException exception) => new(
        $"The server broke the protocol: {exception.Message}", exception.ReasonCode, exception, new DisconnectPacket { ReasonCode = exception.ReasonCode });

    public static ConnectionEnd Failed(string what, Exception exception) => new(
        $"{what}: {exception.Message}", null, exception, new DisconnectPacket { ReasonCode = MqttReasonCode.ImplementationSpecificError });

    public static ConnectionEnd Unacknowledged(int count) => new(
        $"The server left {count} publishes unacknowledged, as many as may be on their way",
        Farewell: new DisconnectPacket { ReasonCode = MqttReasonCode.ImplementationSpecificError });

    public static ConnectionEnd ByClient(MqttReasonCode reasonCode) =>
        new("Disconnected by this client", reasonCode, Farewell: new DisconnectPacket { ReasonCode = reasonCode });

    public static ConnectionEnd Again() =>
        new("Connecting anew", MqttReasonCode.Success, Farewell: new DisconnectPacket { ReasonCode = MqttReasonCode.Success });

    public static ConnectionEnd Said(DisconnectPacket packet) => new(
        $"The server disconnected: {packet.ReasonCode.Describe()}{Detail(packet.ReasonString)}{Detail(packet.ServerReference)}", packet.ReasonCode)
    {
        ByServer = true,
    };

    public static string Detail(string? text) => string.IsNullOrEmpty(text) ? "" : $", {text}";
}
