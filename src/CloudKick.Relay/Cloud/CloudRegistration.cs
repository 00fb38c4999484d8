using CloudKick.AwsIot.Control;
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
        services.AddSingleton<IotDataClients>();
        return services;
    }
}
