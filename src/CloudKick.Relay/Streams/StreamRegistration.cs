using CloudKick.Relay.Hosting;

namespace CloudKick.Relay.Streams;

/// <summary>Adds streams of server-sent events.</summary>
internal static class StreamRegistration
{
    public static IServiceCollection AddStreams(this IServiceCollection services)
    {
        services.AddFeatureOptions<StreamOptions>(StreamOptions.Section);
        services.AddSingleton<StreamSlots>();
        services.AddSingleton<StreamAccess>();
        services.AddSingleton<EventStreams>();
        return services;
    }
}
