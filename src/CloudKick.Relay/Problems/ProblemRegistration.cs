using Microsoft.AspNetCore.Diagnostics;

namespace CloudKick.Relay.Problems;

/// <summary>Makes every error of the HTTP API a problem document.</summary>
internal static class ProblemRegistration
{
    public static IServiceCollection AddProblems(this IServiceCollection services)
    {
        services.AddExceptionHandler<ProblemExceptionHandler>();
        // A parameter or body that cannot be read throws, in every environment, and so reaches the handler.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        return services;
    }

    /// <summary>Put it first: it answers for everything after it.</summary>
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(static _ => { });
        return app.UseStatusCodePages(BodylessStatus).UseUtf8Bodies();
    }

    private static Task BodylessStatus(StatusCodeContext context)
    {
        var http = context.HttpContext;
        ProblemResult? problem = http.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => new(ProblemTypes.NotFound, "No call of this API has this address. /swagger lists those that there are."),
            StatusCodes.Status405MethodNotAllowed => new(ProblemTypes.MethodNotAllowed, $"Use {http.Response.Headers.Allow} here."),
            StatusCodes.Status413PayloadTooLarge => BadRequestReader.PayloadTooLarge(),
            StatusCodes.Status415UnsupportedMediaType => BadRequestReader.UnsupportedMediaType(),
            StatusCodes.Status504GatewayTimeout => new(ProblemTypes.TimedOut, "The relay gave up on this request. Whether it took effect can be read back."),
            _ => null,
        };
        return problem?.ExecuteAsync(http) ?? Task.CompletedTask;
    }
}
