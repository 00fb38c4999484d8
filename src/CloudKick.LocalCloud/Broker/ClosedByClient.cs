namespace CloudKick.LocalCloud;

/// <summary>
/// A feature of a connection whose client said that it closes it, in a close frame of its WebSocket: to AWS that is as good as
/// a DISCONNECT ("Lifecycle events", <c>CLIENT_INITIATED_DISCONNECT</c>).
/// </summary>
internal sealed class ClosedByClient;
