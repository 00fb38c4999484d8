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
            return Problem.DatabaseUnavailable();
        }

        RequestFailed(logger, context.Request.Method, route, exception);
        return new ProblemResult(ProblemTypes.InternalError, "A fault of the relay, not of the request. Quote the traceId to the operator.");
    }

    [LoggerMessage(4010, LogLevel.Warning, "{Method} {Route} could not be answered: the database is not available")]
    private static partial void DatabaseUnavailable(ILogger logger, string method, string route, Exception exception);

    [LoggerMessage(4011, LogLevel.Error, "{Method} {Route} failed")]
    private static partial void RequestFailed(ILogger logger, string method, string route, Exception exception);
}
