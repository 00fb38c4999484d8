namespace CloudKick.Relay.OpenApi;

/// <summary>A header that an endpoint reads by itself, for the API's description.</summary>
internal sealed record RequestHeader(string Name, string Description);

/// <summary>What endpoints say for their description only.</summary>
internal static class OpenApiConventions
{
    /// <summary>The endpoint honours <c>Prefer: wait=N</c> (RFC 7240 §4.3).</summary>
    public static TBuilder AcceptsPreferWait<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequestHeader(
            "Prefer", "`wait=N`, N from 0 to 25: hold the answer for up to N seconds until the kick is final. The answer then has `Preference-Applied`."));
}
