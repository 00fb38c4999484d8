using CloudKick.AwsIot.Control;
using CloudKick.AwsIot.Data;
using CloudKick.Relay.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Cloud;

/// <summary>Adds the way to AWS's APIs.</summary>
internal static class CloudRegistration
{
    public static IServiceCollection AddCloud(this IServiceCollection services)
    {
        services.AddFeatureOptions<AwsOptions>(AwsOptions.Section);
        services.AddSingleton<IValidateOptions<AwsOptions>, AwsOptionsValidator>();
        services.AddSingleton<AwsClients>();
        services.TryAddSingleton(provider => new LazyClient<IAmazonIoT>(provider.GetRequiredService<AwsClients>().CreateControl));
        services.TryAddSingleton(provider => new LazyClient<IAmazonIotData>(provider.GetRequiredService<AwsClients>().CreateData));
        return services;
    }
}
