using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>Why a connection ends: what a v5 client is told in DISCONNECT, and what the lifecycle event says.</summary>
/// <param name="DisconnectReason">AWS's word for it in <c>disconnectReason</c>.</param>
/// <param name="Code">Reason code of the DISCONNECT; null closes without one. A 3.1.1 client never gets one.</param>
internal sealed record CloseCause(string DisconnectReason, MqttReasonCode? Code = null)
{
    public static readonly CloseCause ClientInitiated = new("CLIENT_INITIATED_DISCONNECT");
    public static readonly CloseCause ConnectionLost = new("CONNECTION_LOST");
    public static readonly CloseCause KeepAliveTimeout = new("MQTT_KEEP_ALIVE_TIMEOUT", MqttReasonCode.KeepAliveTimeout);
    public static readonly CloseCause TakenOver = new("DUPLICATE_CLIENTID", MqttReasonCode.SessionTakenOver);
    public static readonly CloseCause NotAuthorized = new("AUTH_ERROR", MqttReasonCode.NotAuthorized);
    public static readonly CloseCause SlowConsumer = new("THROTTLED", MqttReasonCode.QuotaExceeded);
    public static readonly CloseCause Administrative = new("API_INITIATED_DISCONNECT", MqttReasonCode.AdministrativeAction);
    public static readonly CloseCause WebSocketExpired = new("WEBSOCKET_TTL_EXPIRATION", MqttReasonCode.MaximumConnectTime);
    public static readonly CloseCause ShuttingDown = new("SERVER_INITIATED_DISCONNECT", MqttReasonCode.ServerShuttingDown);
    public static readonly CloseCause ServerError = new("SERVER_ERROR", MqttReasonCode.UnspecifiedError);

    /// <summary>The client did what it may not.</summary>
    public static CloseCause ClientError(MqttReasonCode? code = null) => new("CLIENT_ERROR", code);

    /// <summary>Of all causes only the client's own DISCONNECT keeps its will from being published.</summary>
    public bool IsClientInitiated => DisconnectReason == ClientInitiated.DisconnectReason;
}
