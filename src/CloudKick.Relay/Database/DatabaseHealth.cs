using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace CloudKick.Relay.Database;

/// <summary>
/// Ready means: PostgreSQL answers, and it has every migration of this release. Being ahead of this release is healthy and is
/// said in the data.
/// </summary>
internal sealed class DatabaseHealth(NpgsqlDataSource dataSource, Migrations migrations) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        MigrationPlan plan;
        try
        {
            plan = await migrations.CompareAsync(dataSource, cancellationToken);
        }
        catch (NpgsqlException failure)
        {
            return new HealthCheckResult(
                context.Registration.FailureStatus,
                DatabaseFailure.IsUnavailable(failure) ? "database not reachable" : "database refused the check",
                failure);
        }

        var data = new Dictionary<string, object>
        {
            ["pending"] = plan.Pending.Select(migration => migration.Name).ToArray(),
            ["ahead"] = plan.Ahead,
        };
        return plan switch
        {
            { Faults.Count: > 0 } => new HealthCheckResult(context.Registration.FailureStatus, "schema differs from this release", data: data),
            { Pending.Count: > 0 } => new HealthCheckResult(context.Registration.FailureStatus, "migrations pending", data: data),
            _ => HealthCheckResult.Healthy("reachable, migrations applied", data),
        };
    }
}
