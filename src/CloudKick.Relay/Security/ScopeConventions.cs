namespace CloudKick.Relay.Security;

/// <summary>
/// Who may use an endpoint or a page: keys and people with this scope. On a page's model, or by <see cref="ScopeConventions"/> on
/// endpoints and their groups. An endpoint that declares neither this nor <c>AllowAnonymous</c> is for nobody.
/// </summary>
/// <param name="read">Who may read (GET and HEAD).</param>
/// <param name="write">Who may change (everything else); null: who may read.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RequireScopeAttribute(string read, string? write = null) : Attribute
{
    public string Read { get; } = Known(read);

    public string Write { get; } = Known(write ?? read);

    /// <summary>The scope that a request with this method needs.</summary>
    public string For(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? Read : Write;

    private static string Known(string scope) => Scopes.All.Contains(scope) ? scope : throw new ArgumentException($"There is no scope {scope}.", nameof(scope));
}

/// <summary>
/// The address says whose: <c>/m/{merchantId}/…</c>. That merchant's people may come, and the platform's; to all others the merchant
/// does not exist.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class MerchantInRouteAttribute : Attribute
{
    public const string RouteValue = "merchantId";
}

/// <summary>How endpoints declare who may call them.</summary>
internal static class ScopeConventions
{
    /// <summary>
    /// Only with this scope; otherwise 401 <c>unauthorized</c> or 403 <c>insufficient-scope</c>. Of several, the endpoint's own wins
    /// over its group's.
    /// </summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, string read, string? write = null)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new RequireScopeAttribute(read, write));
}
