using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Hosting;

/// <summary>How many bytes the body of a request to this endpoint may have, where <see cref="HttpOptions.MaximumBodySize"/> is not meant.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class BodyLimitAttribute(int bytes) : Attribute
{
    public int Bytes => bytes;
}

/// <summary>
/// Refuses bodies that are too large. The server's own limit would cut off who still sends, before the answer is read: it is not used, so that
/// the server reads what still comes away, for five seconds at most.
/// </summary>
internal static class BodyLimit
{
    /// <summary>After routing, before anything reads the body.</summary>
    public static IApplicationBuilder UseBodyLimit(this IApplicationBuilder app)
    {
        var usual = app.ApplicationServices.GetRequiredService<IOptions<HttpOptions>>().Value.MaximumBodySize;
        return app.Use((context, next) => LimitAsync(context, next, usual));
    }

    private static Task LimitAsync(HttpContext context, RequestDelegate next, int usual)
    {
        var request = context.Request;
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<BodyLimitAttribute>()?.Bytes ?? usual;
        // The page that tells what is wrong with a request is not what the body was sent to.
        if (request.ContentLength > limit && context.Features.Get<IStatusCodeReExecuteFeature>() is null)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return Task.CompletedTask;
        }
        if (request.ContentLength is null && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
            request.Body = new BoundedBody(request.Body, limit);
        return next(context);
    }
}
