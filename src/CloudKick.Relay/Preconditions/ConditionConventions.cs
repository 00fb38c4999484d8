using CloudKick.Relay.OpenApi;
using CloudKick.Relay.Problems;
using Microsoft.Net.Http.Headers;

namespace CloudKick.Relay.Preconditions;

/// <summary>How endpoints declare that their answers have entity tags, and that they honour conditions.</summary>
internal static class ConditionConventions
{
    public static IServiceCollection AddPreconditions(this IServiceCollection services) => services.AddSingleton<EntityTags>();

    /// <summary>What it answers has an <c>ETag</c>; a GET whose reader knows it already (<c>If-None-Match</c>) is answered with 304.</summary>
    public static RouteHandlerBuilder AnswersWithEntityTag(this RouteHandlerBuilder builder) => builder.AddEndpointFilter(TagAsync).WithMetadata(EntityTagged.Instance);

    /// <summary>As <see cref="AnswersWithEntityTag"/>, for a GET, and says so of its header.</summary>
    public static RouteHandlerBuilder IsConditionalRead(this RouteHandlerBuilder builder) => builder
        .AnswersWithEntityTag()
        .Produces(StatusCodes.Status304NotModified)
        .WithMetadata(new RequestHeader(HeaderNames.IfNoneMatch, "The `ETag` of an answer that you have: when it still holds, you get 304 without a body."));

    /// <summary>The change is made only when <c>If-Match</c> holds, and else refused with 412; the handler asks its <see cref="RequestConditions"/>.</summary>
    public static RouteHandlerBuilder HonoursIfMatch(this RouteHandlerBuilder builder) => builder
        .AddEndpointFilter(RefuseFaultsAsync)
        .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.PreconditionFailed)
        .WithMetadata(new RequestHeader(
            HeaderNames.IfMatch,
            "The `ETag` of what you read and now change: when it was changed meanwhile, nothing is done and you get 412. `*`: whatever it says, as long as it exists. Left out: in any case."));

    /// <summary>As <see cref="HonoursIfMatch"/>, and <c>If-None-Match: *</c> makes it a creation and nothing else.</summary>
    public static RouteHandlerBuilder HonoursConditions(this RouteHandlerBuilder builder) => builder
        .HonoursIfMatch()
        .WithMetadata(new RequestHeader(HeaderNames.IfNoneMatch, "`*`: only when there is none yet, else 412."));

    private static async ValueTask<object?> RefuseFaultsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        RequestConditions.Of(context.HttpContext).Faults is { Count: > 0 } faults ? Problem.Invalid(faults) : await next(context);

    private static async ValueTask<object?> TagAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var outcome = await next(context);
        var result = outcome is INestedHttpResult nested ? nested.Result : outcome;
        if (result is not IValueHttpResult { Value: { } answer } || result is IStatusCodeHttpResult { StatusCode: not (StatusCodes.Status200OK or StatusCodes.Status201Created) })
            return outcome;

        var tag = http.RequestServices.GetRequiredService<EntityTags>().Of(answer);
        http.Response.Headers.ETag = tag;
        // Whoever keeps it asks each time whether it still holds.
        http.Response.Headers.CacheControl = "private, no-cache";
        return HttpMethods.IsGet(http.Request.Method) && RequestConditions.Of(http).IsKnown(tag)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : outcome;
    }
}

/// <summary>Answers of this endpoint have an entity tag, for the API's description.</summary>
internal sealed class EntityTagged
{
    public static readonly EntityTagged Instance = new();

    private EntityTagged()
    {
    }
}
