using System.Net;

namespace CloudKick.Tas;

/// <summary>A terminal that has connected and said who it is, before it is let in.</summary>
/// <param name="SessionId">The id its session will have.</param>
/// <param name="TerminalId">Its identity in the management system: <c>^[A-Za-z0-9_-]{1,16}$</c>, checked.</param>
/// <param name="KickId">The kick it follows, as it came and unchecked; null from firmware that does not tell.</param>
/// <param name="RemoteEndPoint">Where it connected from, when known.</param>
public sealed record TasArrival(TasSessionId SessionId, string TerminalId, string? KickId, EndPoint? RemoteEndPoint);
