using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Hosting;

/// <summary>Adds what every node has: a clock, a name, bounds for HTTP, an orderly end.</summary>
internal static class HostingRegistration
{
    public static IServiceCollection AddHosting(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddFeatureOptions<NodeOptions>(NodeOptions.Section);
        services.AddSingleton<IValidateOptions<NodeOptions>, FailpointValidator>();
        services.TryAddSingleton(provider => NodeIdentity.Create(provider.GetRequiredService<IOptions<NodeOptions>>().Value.Name));

        services.AddFeatureOptions<HttpOptions>(HttpOptions.Section);
        services.AddSingleton<IValidateOptions<HttpOptions>, HttpAddressValidator>();
        services.AddSingleton<HttpEndpoint>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, ConfigureKestrel>();

        services.AddSingleton<Draining>();
        services.AddHostedService(provider => provider.GetRequiredService<Draining>());
        // The host wants this one before any settings are checked.
        services.AddOptions<HostOptions>().Configure<IConfiguration>((host, configuration) =>
        {
            var http = new HttpOptions();
            FeatureOptions.Bind(http, configuration.GetSection(HttpOptions.Section));
            host.ShutdownTimeout = http.DrainDelay + http.ShutdownTimeout;
        });

        services.AddSingleton<EffectiveSettings>();
        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>().Configure<IOptions<HttpOptions>>((timeouts, http) =>
            timeouts.DefaultPolicy = new RequestTimeoutPolicy { Timeout = http.Value.RequestTimeout, TimeoutStatusCode = StatusCodes.Status504GatewayTimeout });
        return services.AddJson();
    }

    /// <summary>Has connections end while the node drains.</summary>
    public static IApplicationBuilder UseDraining(this IApplicationBuilder app) =>
        app.Use(app.ApplicationServices.GetRequiredService<Draining>().EndConnectionAsync);
}
