using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Hosting;

/// <summary>
/// The first step of stopping: from here on the node is not ready, but goes on answering until the load balancer has had time to see
/// it. Each answer ends its connection, so that whoever keeps connections open makes its next one to another node, and none of them is
/// in use when they are closed.
/// </summary>
internal sealed partial class Draining(IOptions<HttpOptions> options, TimeProvider timeProvider, ILogger<Draining> logger) : IHostedLifecycleService
{
    /// <summary>Whether the node is about to stop.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>Says in an answer, when the node is about to stop, that the connection ends with it.</summary>
    public Task EndConnectionAsync(HttpContext context, RequestDelegate next)
    {
        if (IsStopping)
            context.Response.OnStarting(static response => { ((HttpResponse)response).Headers.Connection = "close"; return Task.CompletedTask; }, context.Response);
        return next(context);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        IsStopping = true;
        if (options.Value.DrainDelay is var delay && delay > TimeSpan.Zero)
        {
            Drains(logger, delay.TotalSeconds);
            await Task.Delay(delay, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(4000, LogLevel.Information, "Stopping: not ready any more, still answering for {Seconds:0.###} s")]
    private static partial void Drains(ILogger logger, double seconds);
}
