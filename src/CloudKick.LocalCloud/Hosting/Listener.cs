using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CloudKick.LocalCloud;

/// <summary>Kestrel on the one TLS port. It can be stopped and another started in its place while the broker lives on.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Listener(WebApplication app) => _app = app;

    public int Port => new Uri(_app.Urls.First()).Port;

    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<Listener> StartAsync(
        IPEndPoint endPoint, TlsHandshakeCallbackOptions tls, Func<ConnectionContext, ConnectionDelegate, Task> handle,
        RequestDelegate handleHttp, long maximumBody, ILoggerFactory loggerFactory, CancellationToken cancellationToken)
    {
        // Empty: neither the environment nor settings files of the process that hosts this may change what listens where.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggerFactory);
        builder.Services.AddSingleton<IHostLifetime, HostedByAnother>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = null;
            kestrel.Limits.MaxRequestBodySize = maximumBody;
            kestrel.Listen(endPoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(tls);
                listen.Use(next => connection => handle(connection, next));
            });
        });

        var app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero }); // MQTT has its own
        app.Run(handleHttp);
        try
        {
            await app.StartAsync(cancellationToken);
            return new Listener(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Accepts nothing more; connections that do not end until the token is cancelled are cut.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Signals such as Ctrl-C belong to the process that LocalCloud runs in.</summary>
    private sealed class HostedByAnother : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
