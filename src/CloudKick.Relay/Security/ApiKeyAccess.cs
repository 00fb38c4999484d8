using CloudKick.Relay.Problems;
using CloudKick.Relay.RateLimits;

namespace CloudKick.Relay.Security;

/// <summary>Judges requests that come with an API key.</summary>
internal sealed class ApiKeyAccess(ApiKeyDirectory directory, ApiKeyUse use, UnknownKeyRateLimit unknownKeys, TimeProvider timeProvider)
{
    private const string HowTo = "Send a valid API key as Authorization: Bearer ck_….";

    /// <summary>Sets the request's <see cref="Caller"/>, or says why not.</summary>
    public async ValueTask<IResult?> JudgeAsync(HttpContext context, RequireScopeAttribute required)
    {
        if (BearerHeader.Read(context.Request.Headers.Authorization) is not { } token)
            return Problem.Unauthorized("The Authorization header is not of the form Bearer ck_<environment>_<id>_<secret>.", "invalid_token");
        if (directory.IsNewcomer(token.KeyId) && !unknownKeys.TryAcquire(context.Connection.RemoteIpAddress, out var retryAfter))
            return Problem.RateLimited("Too many API keys were tried from this address.", retryAfter);

        var now = timeProvider.GetUtcNow();
        if (await directory.FindAsync(token.KeyId, context.RequestAborted) is not { } key || !key.Accepts(token, now))
            return Problem.Unauthorized("The API key is unknown, revoked or expired. " + HowTo, "invalid_token");

        use.Record(token.KeyId, now);
        context.Features.Set(key.Caller);
        return Judge(key.Caller, required.For(context.Request.Method));
    }

    /// <summary>What the caller of an API call lacks; null when nothing. The call's merchant is the caller's, so the scope must be of the caller's kind.</summary>
    public static ProblemResult? Judge(Caller caller, string scope)
    {
        // Of the platform's scopes a key can only have the one.
        var toAskFor = Scopes.IsPlatform(scope) && caller.Person is null ? Scopes.PlatformAdmin : scope;
        if (!caller.May(scope))
            return Problem.InsufficientScope($"This call needs the scope {toAskFor}, which the {(caller.Person is null ? "key" : "role")} does not have.", toAskFor);
        return Scopes.IsPlatform(scope) == caller.Merchant is null
            ? null
            : Problem.InsufficientScope(
                caller.Merchant is null ? "A platform operator's key acts for no merchant: use a merchant's key." : "This call is the platform operators'.", toAskFor);
    }
}
