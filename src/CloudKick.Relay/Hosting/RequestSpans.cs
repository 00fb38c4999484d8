using Microsoft.AspNetCore.Http.Features;

namespace CloudKick.Relay.Hosting;

/// <summary>
/// Takes off each request's span what its caller wrote: the path, which may be a one-time link or hold what was mistyped, and the
/// browser's name. The route says which call it was.
/// </summary>
internal static class RequestSpans
{
    public static IApplicationBuilder UseRequestSpans(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        context.Features.Get<IHttpActivityFeature>()?.Activity.SetTag("url.path", null).SetTag("user_agent.original", null);
        return next(context);
    });
}
