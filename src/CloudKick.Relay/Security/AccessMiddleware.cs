using CloudKick.Relay.Problems;
using Microsoft.AspNetCore.Authorization;

namespace CloudKick.Relay.Security;

/// <summary>
/// Lets a request through to its endpoint when whoever sends it has the scope that the endpoint requires, before anything of the request
/// is read: the calls of the API by key or by session, pages by session. An endpoint that declares neither a scope nor that it is for
/// everybody is for nobody.
/// </summary>
internal sealed class AccessMiddleware(RequestDelegate next, ApiKeyAccess keys, SessionAccess sessions)
{
    private const string HowTo = "Send a valid API key as Authorization: Bearer ck_….";

    public async Task InvokeAsync(HttpContext context)
    {
        // What routing itself answers (405, 415) is an endpoint too, but none of the routes.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            await next(context);
            return;
        }

        var refusal = endpoint.Metadata.GetMetadata<RequireScopeAttribute>() is { } required
            ? await JudgeAsync(context, endpoint, required)
            : endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null ? Problem.Unauthorized("Nobody may call this.") : null;
        await (refusal?.ExecuteAsync(context) ?? next(context));
    }

    private async ValueTask<IResult?> JudgeAsync(HttpContext context, RouteEndpoint endpoint, RequireScopeAttribute required)
    {
        if (SessionAccess.IsForPeople(endpoint))
            return await sessions.JudgePageAsync(context, endpoint, required);
        if (context.Request.Headers.Authorization.Count > 0)
            return await keys.JudgeAsync(context, required);
        return SessionCookie.Read(context) is { } token ? await sessions.JudgeCallAsync(context, token, required) : Problem.Unauthorized(HowTo);
    }
}
