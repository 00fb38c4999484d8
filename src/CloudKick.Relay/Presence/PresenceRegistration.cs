using CloudKick.Relay.Hosting;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Presence;

/// <summary>Adds the following of which terminals are connected.</summary>
internal static class PresenceRegistration
{
    public static IServiceCollection AddPresence(this IServiceCollection services)
    {
        services.AddFeatureOptions<PresenceOptions>(PresenceOptions.Section);
        services.AddSingleton<PresenceStore>();
        services.AddSingleton<PresenceMetrics>();
        services.AddSingleton<MqttPresenceSource>();
        services.AddHostedService<PresenceRecorder>(provider => new PresenceRecorder(
            provider.GetRequiredService<IOptions<PresenceOptions>>().Value.Mqtt ? [provider.GetRequiredService<MqttPresenceSource>()] : [],
            provider.GetRequiredService<PresenceStore>(),
            provider.GetRequiredService<PresenceMetrics>(),
            provider.GetRequiredService<IOptions<PresenceOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<PresenceRecorder>>()));
        return services;
    }
}
