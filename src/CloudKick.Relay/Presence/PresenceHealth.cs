using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Presence;

/// <summary>Whether the node hears of terminals that come and go. Without it kicks go on, so it never makes a node unready.</summary>
internal sealed class PresenceHealth(IReadOnlyList<IPresenceSource> sources, IOptions<PresenceOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(sources.Select(source => source.Fault).FirstOrDefault(fault => fault is not null) is { } fault
            ? HealthCheckResult.Degraded($"no news of terminals by {options.Value.Source}: {fault}")
            : HealthCheckResult.Healthy(sources.Count == 0 ? "presence is not followed" : $"presence comes by {options.Value.Source}"));
}
