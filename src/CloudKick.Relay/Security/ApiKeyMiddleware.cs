using CloudKick.Relay.Problems;
using CloudKick.Relay.RateLimits;
using Microsoft.AspNetCore.Authorization;

namespace CloudKick.Relay.Security;

/// <summary>
/// Lets a request through to its endpoint when its API key has the scope that the endpoint requires, before anything of the request
/// is read. An endpoint that declares neither a scope nor that it is for everybody is for nobody.
/// </summary>
internal sealed class ApiKeyMiddleware(
    RequestDelegate next, ApiKeyDirectory directory, ApiKeyUse use, UnknownKeyRateLimit unknownKeys, TimeProvider timeProvider)
{
    private const string HowTo = "Send a valid API key as Authorization: Bearer ck_….";

    public async Task InvokeAsync(HttpContext context)
    {
        var problem = await JudgeAsync(context);
        await (problem?.ExecuteAsync(context) ?? next(context));
    }

    private async ValueTask<ProblemResult?> JudgeAsync(HttpContext context)
    {
        // What routing itself answers (405, 415) is an endpoint too, but none of the routes.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
            return null;
        var required = endpoint.Metadata.GetMetadata<RequiredScope>();
        if (required is null)
            return endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null ? Problem.Unauthorized("Nobody may call this.") : null;

        var authorization = context.Request.Headers.Authorization;
        if (authorization.Count == 0)
            return Problem.Unauthorized(HowTo);
        if (BearerHeader.Read(authorization) is not { } token)
            return Problem.Unauthorized("The Authorization header is not of the form Bearer ck_<environment>_<id>_<secret>.", "invalid_token");
        if (directory.IsNewcomer(token.KeyId) && !unknownKeys.TryAcquire(context.Connection.RemoteIpAddress, out var retryAfter))
            return Problem.RateLimited("Too many API keys were tried from this address.", retryAfter);

        var now = timeProvider.GetUtcNow();
        if (await directory.FindAsync(token.KeyId, context.RequestAborted) is not { } key || !key.Accepts(token, now))
            return Problem.Unauthorized("The API key is unknown, revoked or expired. " + HowTo, "invalid_token");

        use.Record(token.KeyId, now);
        context.Features.Set(key.Caller);
        return required.Judge(key.Caller);
    }
}
