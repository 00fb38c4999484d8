using CloudKick.Relay.Database;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>
/// What surrounds every request of a page: its language, the headers that bind the browser, and pages instead of problem documents when
/// something is wrong.
/// </summary>
internal sealed partial class PageRequests(RequestDelegate next, IOptions<PageOptions> options, ILogger<PageRequests> logger)
{
    // Nothing but our own files; no code or style inside a page; no page inside another's.
    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static readonly string[] NotPages = ["/v1", "/health", "/swagger", "/assets"];

    private readonly bool _https = options.Value.PublicUrl?.StartsWith("https://", StringComparison.Ordinal) ?? false;

    /// <summary>Whether a browser asks for a page: by the address, and for addresses that nothing has, by what it accepts.</summary>
    public static bool Is(HttpContext context) =>
        !NotPages.Any(start => context.Request.Path.StartsWithSegments(start, StringComparison.Ordinal))
        && (!HttpMethods.IsGet(context.Request.Method) || context.Request.Headers.Accept.Any(IsOfBrowser));

    public async Task InvokeAsync(HttpContext context)
    {
        PageLanguage.Choose(context);
        context.Response.OnStarting(() =>
        {
            Guard(context.Response.Headers);
            return Task.CompletedTask;
        });
        try
        {
            await next(context);
        }
        catch (Exception fault) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            // The boundary of a page's request: the status page tells it to its reader, the log to us.
            context.Response.Clear();
            context.Response.StatusCode = StatusOf(fault);
            if (context.Response.StatusCode == StatusCodes.Status503ServiceUnavailable)
                DatabaseUnavailable(logger, context.Request.Method, RouteOf(context), fault);
            else if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
                PageFailed(logger, context.Request.Method, RouteOf(context), fault);
        }
    }

    // A page, or the live view of one.
    private static bool IsOfBrowser(string? accept) => accept is not null
        && (accept.Contains("text/html", StringComparison.OrdinalIgnoreCase) || accept.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase));

    private void Guard(IHeaderDictionary headers)
    {
        // A sheet to print brings its own, which is as strict.
        if (StringValues.IsNullOrEmpty(headers.ContentSecurityPolicy))
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()";
        headers.CacheControl = "no-store";
        if (_https)
            headers.StrictTransportSecurity = "max-age=31536000";
    }

    // Not the path: it may be a one-time link, which works still after what went wrong.
    private static string RouteOf(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "no route";

    private static int StatusOf(Exception fault) => fault switch
    {
        BadHttpRequestException refused => refused.StatusCode,
        _ when DatabaseFailure.IsUnavailable(fault) => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    [LoggerMessage(4700, LogLevel.Warning, "{Method} {Route} could not be answered: the database is not available")]
    private static partial void DatabaseUnavailable(ILogger logger, string method, string route, Exception fault);

    [LoggerMessage(4701, LogLevel.Error, "{Method} {Route} failed")]
    private static partial void PageFailed(ILogger logger, string method, string route, Exception fault);
}
