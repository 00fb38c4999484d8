using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudKick.Relay.Publishing;

/// <summary>Whether terminals' answers are heard. Without them kicks go on, so this never makes a node unready.</summary>
internal sealed class AnswersHealth(AnswerSubscriptions subscriptions) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(!subscriptions.IsConfigured
            ? HealthCheckResult.Healthy("terminals' answers are not listened to: there is no CloudKick:Mqtt:Host")
            : subscriptions.IsListening
            ? HealthCheckResult.Healthy("the terminals' answers are subscribed to")
            : HealthCheckResult.Degraded("not subscribed to the terminals' answers: kicks lack the step 'delivered'"));
}
