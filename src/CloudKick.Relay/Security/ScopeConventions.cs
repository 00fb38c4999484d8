using CloudKick.Relay.Problems;

namespace CloudKick.Relay.Security;

/// <summary>Endpoints declare who may call them: <see cref="RequireScope"/>, or <c>AllowAnonymous</c>. One that declares nothing is refused.</summary>
internal static class ScopeConventions
{
    /// <summary>
    /// Only with a valid API key that has this scope; otherwise 401 <c>unauthorized</c> or 403 <c>insufficient-scope</c>. Of several
    /// scopes, the endpoint's own wins over its group's.
    /// </summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder
    {
        if (!Scopes.All.Contains(scope))
            throw new ArgumentException($"There is no scope {scope}.", nameof(scope));
        return builder.WithMetadata(new RequiredScope(scope));
    }
}

/// <summary>The scope that an endpoint requires.</summary>
internal sealed record RequiredScope(string Scope)
{
    /// <summary>What the caller lacks; null when nothing.</summary>
    public ProblemResult? Judge(Caller caller)
    {
        if (!caller.Scopes.Contains(Scope))
            return Problem.InsufficientScope($"This call needs the scope {Scope}, which the key does not have.", Scope);
        return Scope == Scopes.PlatformAdmin == caller.Merchant is null
            ? null
            : Problem.InsufficientScope(
                caller.Merchant is null ? "A platform operator's key acts for no merchant: use a merchant's key." : "This call is the platform operators'.", Scope);
    }
}
