using CloudKick.Relay.Health;
using CloudKick.Relay.Hosting;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Presence;

/// <summary>Adds the following of which terminals are connected.</summary>
internal static class PresenceRegistration
{
    public static IServiceCollection AddPresence(this IServiceCollection services)
    {
        services.AddFeatureOptions<PresenceOptions>(PresenceOptions.Section);
        services.AddSingleton<IValidateOptions<PresenceOptions>, PresenceOptionsValidator>();
        services.AddSingleton<PresenceStore>();
        services.AddSingleton<PresenceMetrics>();
        services.AddSingleton<MqttPresenceSource>();
        services.AddSingleton<PresenceQueue>();
        services.AddSingleton<SqsPresenceSource>();
        services.AddSingleton<IReadOnlyList<IPresenceSource>>(provider => provider.GetRequiredService<IOptions<PresenceOptions>>().Value.Source switch
        {
            PresenceSourceKind.Sqs => [provider.GetRequiredService<SqsPresenceSource>()],
            PresenceSourceKind.None => [],
            _ => [provider.GetRequiredService<MqttPresenceSource>()],
        });
        services.AddHosted<PresenceRecorder>();
        services.AddHealthChecks().AddCheck<PresenceHealth>("presence", tags: [HealthRegistration.Ready]);
        return services;
    }
}
