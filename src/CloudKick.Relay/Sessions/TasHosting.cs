using CloudKick.Relay.Hosting;
using CloudKick.Relay.Publishing;
using CloudKick.Tas;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Sessions;

/// <summary>Runs the TAS in the relay's web server, on a port of its own.</summary>
internal static class TasHosting
{
    public static IServiceCollection AddTasListener(this IServiceCollection services)
    {
        services.AddFeatureOptions<TasSettings>(TasSettings.Section);
        services.AddSingleton<IValidateOptions<TasSettings>, TasSettingsValidator>();
        services.AddTas(provider => provider.GetRequiredService<IOptions<TasSettings>>().Value.ToOptions());
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, ListenForTerminals>();
        services.AddSingleton<ITasLocation, TasLocation>();
        return services;
    }

    private sealed class ListenForTerminals : IConfigureOptions<KestrelServerOptions>
    {
        public void Configure(KestrelServerOptions options) => options.ListenTas();
    }

    private sealed class TasLocation(IOptions<TasSettings> settings, TasListener listener) : ITasLocation
    {
        private readonly TasSettings _settings = settings.Value;

        public TasAddress Address => new(
            _settings.PublicHost,
            _settings.PublicPort != 0 ? _settings.PublicPort : listener.Port,
            _settings.PublicTls ?? _settings.CertificateFile is not null);
    }
}
