using CloudKick.Relay.Database;
using Microsoft.AspNetCore.Diagnostics;

namespace CloudKick.Relay.Problems;

/// <summary>The one place where an exception becomes an answer. Its text goes to the log, never to the client.</summary>
internal sealed partial class ProblemExceptionHandler(ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        try
        {
            await Answer(httpContext, exception).ExecuteAsync(httpContext);
        }
        catch (OperationCanceledException) when (httpContext.RequestAborted.IsCancellationRequested)
        {
            // The caller has left: nobody is there to be told.
        }
        return true;
    }

    private ProblemResult Answer(HttpContext context, Exception exception)
    {
        if (exception is BadHttpRequestException refused)
            return BadRequestReader.Read(refused);

        var route = (Repeatable.EndpointOf(context) as RouteEndpoint)?.RoutePattern.RawText ?? "no route";
        if (DatabaseFailure.IsUnavailable(exception))
        {
            DatabaseUnavailable(logger, context.Request.Method, route, exception);
            return Problem.DatabaseUnavailable(Advice(context));
        }

        RequestFailed(logger, context.Request.Method, route, exception);
        return new ProblemResult(ProblemTypes.InternalError, "A fault of the relay, not of the request. Quote the traceId to the operator.");
    }

    // What was committed may not have been heard of: nobody knows whether a change took effect.
    private static string Advice(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
            return "Send the request again shortly.";
        return Repeatable.Is(context)
            ? "Whether the request took effect is not known. Send it again shortly as it was, with the same Idempotency-Key if it had one."
            : "Whether the request took effect is not known. Read that back before you send it again.";
    }

    [LoggerMessage(4010, LogLevel.Warning, "{Method} {Route} could not be answered: the database is not available")]
    private static partial void DatabaseUnavailable(ILogger logger, string method, string route, Exception exception);

    [LoggerMessage(4011, LogLevel.Error, "{Method} {Route} failed")]
    private static partial void RequestFailed(ILogger logger, string method, string route, Exception exception);
}
