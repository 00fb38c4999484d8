using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudKick.Relay.Health;

/// <summary>What a load balancer and an orchestrator ask.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").WithTags("Health").AllowAnonymous();
        health.MapGet("/live", Live).WithName("getLive").WithSummary("Whether the process lives.");
        health.MapGet("/ready", ReadyAsync).WithName("getReady").WithSummary("Whether requests may be sent to this node.")
            .Produces<ReadyResponse>(StatusCodes.Status503ServiceUnavailable);
    }

    private static Ok<LiveResponse> Live() => TypedResults.Ok(new LiveResponse("live"));

    private static async Task<Results<Ok<ReadyResponse>, JsonHttpResult<ReadyResponse>>> ReadyAsync(
        Readiness readiness, HttpContext context, CancellationToken cancellationToken)
    {
        var response = await readiness.AskAsync(cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        return response.Status == "ready"
            ? TypedResults.Ok(response)
            : TypedResults.Json(response, statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
