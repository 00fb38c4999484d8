using CloudKick.Relay.Cloud;
using CloudKick.Relay.Health;
using CloudKick.Relay.Hosting;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Publishing;

/// <summary>Adds publishing to the relay: the ways to the cloud and what goes over them.</summary>
internal static class PublishingRegistration
{
    public static IServiceCollection AddPublishing(this IServiceCollection services)
    {
        services.AddFeatureOptions<PublishingOptions>(PublishingOptions.Section);
        services.AddFeatureOptions<RelayMqttOptions>(RelayMqttOptions.Section);
        services.AddSingleton<IValidateOptions<PublishingOptions>, PublishingOptionsValidator>();
        services.AddSingleton<IValidateOptions<RelayMqttOptions>, RelayMqttOptionsValidator>();
        services.AddHosted<RelayCertificate>();
        services.AddSingleton<RelayMqttClients>();
        services.AddSingleton<PublishingMetrics>();
        services.AddSingleton<RouteRefusals>();
        services.AddSingleton<PoolLimit>();
        services.AddSingleton<LateCheck>();
        services.AddSingleton<KickPublisher>();
        services.AddHosted<AttemptRecorder>();
        services.AddHosted<KickAnswers>();
        services.AddHosted<MqttConnectionPool>();
        services.AddSingleton<MqttKickTransport>();
        services.AddSingleton<HttpsKickTransport>();
        services.AddSingleton<DirectKickTransport>();
        services.AddSingleton<AutoKickTransport>();
        services.AddSingleton<IKickTransport>(provider => provider.GetRequiredService<IOptions<PublishingOptions>>().Value.Transport switch
        {
            KickTransportKind.Direct => provider.GetRequiredService<DirectKickTransport>(),
            KickTransportKind.Https => provider.GetRequiredService<HttpsKickTransport>(),
            KickTransportKind.Auto => provider.GetRequiredService<AutoKickTransport>(),
            _ => provider.GetRequiredService<MqttKickTransport>(),
        });
        services.AddHosted<AnswerSubscriptions>();
        services.AddHealthChecks().AddCheck<TransportHealth>("transport", tags: [HealthRegistration.Ready])
            .AddCheck<AnswersHealth>("answers", tags: [HealthRegistration.Ready])
            .AddCheck<CertificateHealth>("certificate", tags: [HealthRegistration.Ready]);
        return services;
    }
}
