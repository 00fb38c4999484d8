using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Hosting;

/// <summary>Where the API listens.</summary>
public sealed class HttpEndpoint
{
    private ListenOptions? _endpoint;
    private int _connections;

    /// <summary>The TCP port; with port 0 in the options the one that was chosen, from when the host has started. Before that 0.</summary>
    public int Port => _endpoint?.IPEndPoint?.Port ?? 0;

    /// <summary>Has Kestrel listen: HTTP/1.1 in plain text, a bounded number of connections.</summary>
    internal void Listen(KestrelServerOptions kestrel, HttpOptions options)
    {
        var address = options.Address is { } text ? IPAddress.Parse(text) : null;
        if (address is null)
            kestrel.ListenAnyIP(options.Port, Configure);
        else
            kestrel.Listen(new IPEndPoint(address, options.Port), Configure);

        void Configure(ListenOptions endpoint)
        {
            endpoint.Protocols = HttpProtocols.Http1;
            // Kestrel's own limit would count for the terminals' port too.
            endpoint.Use(next => async connection =>
            {
                try
                {
                    if (Interlocked.Increment(ref _connections) <= options.MaximumConnections)
                        await next(connection);
                    else
                        connection.Abort();
                }
                finally
                {
                    Interlocked.Decrement(ref _connections);
                }
            });
            _endpoint = endpoint;
        }
    }
}

/// <summary>Puts <see cref="HttpOptions"/> into Kestrel's words.</summary>
internal sealed class ConfigureKestrel(HttpEndpoint endpoint, IOptions<HttpOptions> options, IStartupValidator settings)
    : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions kestrel)
    {
        // Kestrel is the first that wants settings, long before the host would check them: all are checked here, so that all faults show.
        settings.Validate();
        var http = options.Value;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null; // see BodyLimit
        kestrel.Limits.RequestHeadersTimeout = http.HeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = http.KeepAliveTimeout;
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        endpoint.Listen(kestrel, http);
    }
}
