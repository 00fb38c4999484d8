using CloudKick.Relay.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudKick.Relay.Health;

/// <summary>Adds health: features add their own checks, tagged <see cref="Ready"/>.</summary>
internal static class HealthRegistration
{
    /// <summary>The tag of checks that say whether requests may be sent to this node.</summary>
    public const string Ready = "ready";

    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck<NotStopping>("node", tags: [Ready]);
        services.AddSingleton<Readiness>();
        return services.AddJsonContext(HealthJson.Default);
    }

    private sealed class NotStopping(Draining draining) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(draining.IsStopping ? HealthCheckResult.Unhealthy("stopping") : HealthCheckResult.Healthy("running"));
    }
}
