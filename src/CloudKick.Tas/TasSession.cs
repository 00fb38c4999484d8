using System.Net;

namespace CloudKick.Tas;

/// <summary>A terminal's session at this process.</summary>
/// <param name="Id">Its id.</param>
/// <param name="TerminalId">The terminal.</param>
/// <param name="KickId">The kick it named when it came; null from firmware that does not tell.</param>
/// <param name="RemoteEndPoint">Where it connected from, when known.</param>
/// <param name="OpenedAt">When it was let in.</param>
public sealed record TasSession(TasSessionId Id, string TerminalId, string? KickId, EndPoint? RemoteEndPoint, DateTimeOffset OpenedAt);
