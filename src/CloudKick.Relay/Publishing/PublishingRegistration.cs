using CloudKick.Relay.Health;
using CloudKick.Relay.Hosting;

namespace CloudKick.Relay.Publishing;

/// <summary>Adds publishing to the relay: the connections to the cloud and what goes over them.</summary>
internal static class PublishingRegistration
{
    public static IServiceCollection AddPublishing(this IServiceCollection services)
    {
        services.AddFeatureOptions<RelayMqttOptions>(RelayMqttOptions.Section);
        services.AddSingleton<RelayMqttClients>();
        services.AddSingleton<KickPublisher>();
        AddHosted<AttemptRecorder>(services);
        AddHosted<KickAnswers>(services);
        AddHosted<MqttKickTransport>(services);
        services.AddSingleton<IKickTransport>(provider => provider.GetRequiredService<MqttKickTransport>());
        AddHosted<AnswerSubscriptions>(services);
        services.AddHealthChecks().AddCheck<TransportHealth>("transport", tags: [HealthRegistration.Ready])
            .AddCheck<AnswersHealth>("answers", tags: [HealthRegistration.Ready]);
        return services;
    }

    private static void AddHosted<T>(IServiceCollection services)
        where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }
}
