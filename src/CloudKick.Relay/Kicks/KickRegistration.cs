using CloudKick.Relay.Hosting;
using CloudKick.Relay.Kicks.Counts;
using CloudKick.Relay.Kicks.Events;
using CloudKick.Relay.Kicks.Search;
using FluentValidation;

namespace CloudKick.Relay.Kicks;

/// <summary>Adds kicks to the relay.</summary>
internal static class KickRegistration
{
    public static IServiceCollection AddKicks(this IServiceCollection services)
    {
        services.AddFeatureOptions<KickOptions>(KickOptions.Section);
        services.AddSingleton<IValidator<KickRequest>, KickRequestValidator>();
        services.AddSingleton<KickStore>();
        services.AddSingleton<KickQueries>();
        services.AddSingleton<KickCancellation>();
        services.AddSingleton<KickWatch>();
        services.AddSingleton<KickAcceptance>();
        services.AddSingleton<KickWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<KickWriter>());
        services.AddSingleton<KickEvents>();
        services.AddSingleton<KickStream>();
        services.AddSingleton<KickPulse>();
        services.AddHostedService(provider => provider.GetRequiredService<KickPulse>());
        services.AddSingleton<KickSearch>();
        services.AddSingleton<KickCounts>();
        services.AddHostedService<KickRollup>();
        services.AddHostedService<KickSweeper>();
        services.AddHostedService<KickMaintenance>();
        return services.AddJsonContext(KickJson.Default);
    }
}
