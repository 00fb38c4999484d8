using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudKick.Relay.Cloud;

/// <summary>Whether the relay's certificate needs somebody's attention. It never makes a node unready: the transport's check does when it must.</summary>
internal sealed class CertificateHealth(RelayCertificate certificate) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (certificate.Left is not { } left)
            return HealthCheckResult.Healthy("the relay has no certificate");
        var detail = left > TimeSpan.Zero
            ? $"the relay's certificate expires in {left.TotalDays:0} days, on {certificate.ExpiresAt:u}"
            : $"the relay's certificate has expired on {certificate.ExpiresAt:u}";
        if (certificate.Fault is { } fault)
            return HealthCheckResult.Degraded($"{detail}; {fault}");
        return left > RelayCertificate.WarnAhead ? HealthCheckResult.Healthy(detail) : HealthCheckResult.Degraded(detail);
    }
}
