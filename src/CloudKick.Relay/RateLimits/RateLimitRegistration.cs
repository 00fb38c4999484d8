using CloudKick.Relay.Hosting;

namespace CloudKick.Relay.RateLimits;

/// <summary>Adds the rate limits.</summary>
internal static class RateLimitRegistration
{
    public static IServiceCollection AddRateLimits(this IServiceCollection services)
    {
        services.AddFeatureOptions<RateLimitOptions>(RateLimitOptions.Section);
        services.AddSingleton<ITerminalRateLimit, TerminalRateLimit>();
        services.AddSingleton<UnknownKeyRateLimit>();
        services.AddSingleton<SignInRateLimit>();
        return services;
    }

    /// <summary>After the API keys: it counts by key.</summary>
    public static IApplicationBuilder UseRateLimits(this IApplicationBuilder app) => app.UseMiddleware<KeyRateLimitMiddleware>();
}
