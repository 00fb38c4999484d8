using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;

namespace CloudKick.Relay.Security;

/// <summary>Adds API keys, and who may do what.</summary>
internal static class SecurityRegistration
{
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.AddFeatureOptions<SecurityOptions>(SecurityOptions.Section);
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton(provider =>
        {
            var directory = ActivatorUtilities.CreateInstance<ApiKeyDirectory>(provider);
            provider.GetRequiredService<DatabaseNotifications>().On(DatabaseNotifications.ApiKeyChanged, directory.Forget, directory.ForgetAll);
            return directory;
        });
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<ApiKeyUse>();
        services.AddHostedService(provider => provider.GetRequiredService<ApiKeyUse>());
        services.AddSingleton<ApiKeyAccess>();
        services.AddSingleton<SessionAccess>();
        services.AddSingleton<SupportLooks>();
        return services;
    }

    /// <summary>After routing, before anything that reads the request.</summary>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app) => app.UseMiddleware<AccessMiddleware>();
}
