using System.Diagnostics;

namespace CloudKick.Relay.Kicks;

/// <summary>The W3C trace context that goes with a kick to its terminal.</summary>
internal static class TraceParent
{
    /// <summary>This request's own span, which continues the caller's trace; null when nothing is traced.</summary>
    public static string? Of(HttpRequest request) =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } && request.Headers.ContainsKey("traceparent") ? id : null;
}
