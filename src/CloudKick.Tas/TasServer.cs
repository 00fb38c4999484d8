using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CloudKick.Tas;

/// <summary>The TAS alone, without a relay around it: for tests and tools. Disposing stops it and closes its sessions.</summary>
public sealed class TasServer : IAsyncDisposable
{
    private readonly WebApplication _host;

    private TasServer(WebApplication host) => _host = host;

    /// <summary>The TCP port it listens on.</summary>
    public int Port => _host.Services.GetRequiredService<TasListener>().Port;

    /// <summary>Its live sessions.</summary>
    public TasSessions Sessions => _host.Services.GetRequiredService<TasSessions>();

    /// <summary>Starts a server.</summary>
    /// <exception cref="ArgumentException">The options have faults; all are named.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<TasServer> StartAsync(
        TasOptions options, ITasGate gate, ILoggerFactory? loggerFactory, TimeProvider? timeProvider, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenTas());
        builder.Services
            .AddSingleton<IHostLifetime, EmbeddedLifetime>()
            .AddSingleton(timeProvider ?? TimeProvider.System)
            .AddSingleton(gate)
            .AddTas(options);
        if (loggerFactory is not null)
            builder.Services.AddSingleton(loggerFactory);

        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new TasServer(host);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Leaves Ctrl-C and termination to the process around the server.</summary>
    private sealed class EmbeddedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
