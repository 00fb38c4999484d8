using CloudKick.Relay.Hosting;
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
        return services;
    }
}
