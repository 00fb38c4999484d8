using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CloudKick.Tas;

/// <summary>Puts the TAS into a host.</summary>
public static class TasRegistration
{
    /// <summary>
    /// Adds what takes terminals' sessions: <see cref="TasSessions"/> and <see cref="TasListener"/>. The host must add an
    /// <see cref="ITasGate"/>, and have Kestrel listen by <see cref="ListenTas"/>.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">Gives the options, once.</param>
    public static IServiceCollection AddTas(this IServiceCollection services, Func<IServiceProvider, TasOptions> options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider =>
        {
            var made = options(provider);
            var faults = made.Validate().ToArray();
            return faults.Length == 0 ? made : throw new ArgumentException(string.Join(' ', faults), nameof(options));
        });
        services.AddSingleton(provider => new TasSessions(provider.GetRequiredService<TasOptions>()));
        services.AddSingleton<PendingConnections>();
        services.AddSingleton(_ => new TasListener());
        return services;
    }

    /// <inheritdoc cref="AddTas(IServiceCollection, Func{IServiceProvider, TasOptions})" />
    public static IServiceCollection AddTas(this IServiceCollection services, TasOptions options) => services.AddTas(_ => options);

    /// <summary>
    /// Has Kestrel listen on the TAS port too. Kestrel then leaves out addresses from elsewhere
    /// (<c>ASPNETCORE_URLS</c>): the host's own HTTP port must be a Listen call as well.
    /// </summary>
    /// <exception cref="ArgumentException">The options have faults; all are named.</exception>
    public static void ListenTas(this KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        var options = kestrel.ApplicationServices.GetRequiredService<TasOptions>();
        if (options.Address is { } address)
            kestrel.Listen(new IPEndPoint(address, options.Port), Configure);
        else
            kestrel.ListenAnyIP(options.Port, Configure);

        void Configure(ListenOptions endpoint)
        {
            if (options.ServerCertificate is { } certificate)
                endpoint.UseHttps(certificate, tls => tls.HandshakeTimeout = options.HandshakeTimeout);
            endpoint.UseConnectionHandler<TasConnectionHandler>();
            kestrel.ApplicationServices.GetRequiredService<TasListener>().Listens(endpoint);
        }
    }
}
