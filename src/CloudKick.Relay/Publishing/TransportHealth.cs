using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudKick.Relay.Publishing;

/// <summary>Whether a kick published now could leave.</summary>
internal sealed class TransportHealth(IKickTransport transport) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = transport.Status;
        return Task.FromResult(new HealthCheckResult(status.Health, status.Detail));
    }
}
