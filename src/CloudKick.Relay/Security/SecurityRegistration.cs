using CloudKick.Relay.Hosting;

namespace CloudKick.Relay.Security;

/// <summary>Adds API keys.</summary>
internal static class SecurityRegistration
{
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.AddFeatureOptions<SecurityOptions>(SecurityOptions.Section);
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<ApiKeyDirectory>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<ApiKeyUse>();
        services.AddHostedService(provider => provider.GetRequiredService<ApiKeyUse>());
        services.AddHostedService<ApiKeyNews>();
        return services;
    }

    /// <summary>After routing, before anything that reads the request.</summary>
    public static IApplicationBuilder UseApiKeys(this IApplicationBuilder app) => app.UseMiddleware<ApiKeyMiddleware>();
}
