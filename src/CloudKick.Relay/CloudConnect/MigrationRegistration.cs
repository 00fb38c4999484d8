using CloudKick.Relay.Hosting;

namespace CloudKick.Relay.CloudConnect;

/// <summary>Adds the plan from Cloud Connect 1.0 to 2.0 to the relay.</summary>
internal static class MigrationRegistration
{
    public static IServiceCollection AddMigration(this IServiceCollection services)
    {
        services.AddSingleton<MigrationPlanner>();
        services.AddHosted<CloudConnect1Requests>();
        return services.AddJsonContext(PlanJson.Default);
    }
}
