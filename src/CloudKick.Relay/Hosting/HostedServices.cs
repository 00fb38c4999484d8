namespace CloudKick.Relay.Hosting;

/// <summary>How a feature adds what runs in the background.</summary>
internal static class HostedServices
{
    /// <summary>Adds one that others ask for too.</summary>
    public static IServiceCollection AddHosted<T>(this IServiceCollection services)
        where T : class, IHostedService
    {
        services.AddSingleton<T>();
        return services.AddHostedService(provider => provider.GetRequiredService<T>());
    }
}
